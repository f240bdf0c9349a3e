/* math_units.c - units, count nouns, scale words and fixed phrases (math_words.h).
 *
 * Plural count nouns are listed, not guessed from a final s: "5 others" is not 5. */
#include <stdlib.h>
#include <string.h>

#include "verifiers/ascii.h"
#include "verifiers/math_words.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define LONGEST_UNIT 16

static const struct unit {
    const char *name, *canonical;
} units[] = {
    {"acre", "acre"}, {"acres", "acre"}, {"animal", "animal"}, {"animals", "animal"},
    {"answer", "answer"}, {"answers", "answer"}, {"apple", "apple"}, {"apples", "apple"},
    {"arrangement", "arrangement"}, {"arrangements", "arrangement"}, {"au", "au"}, {"bag", "bag"},
    {"bags", "bag"}, {"ball", "ball"}, {"balloon", "balloon"}, {"balloons", "balloon"},
    {"balls", "ball"}, {"banana", "banana"}, {"bananas", "banana"}, {"bike", "bike"},
    {"bikes", "bike"}, {"bird", "bird"}, {"birds", "bird"}, {"book", "book"}, {"books", "book"},
    {"bottle", "bottle"}, {"bottles", "bottle"}, {"box", "box"}, {"boxes", "box"}, {"boy", "boy"},
    {"boys", "boy"}, {"brick", "brick"}, {"bricks", "brick"}, {"buck", "dollar"},
    {"bucks", "dollar"}, {"burger", "burger"}, {"burgers", "burger"}, {"bus", "bus"},
    {"buses", "bus"}, {"cake", "cake"}, {"cakes", "cake"}, {"call", "call"}, {"calls", "call"},
    {"calorie", "calorie"}, {"calories", "calorie"}, {"can", "can"}, {"candies", "candy"},
    {"candy", "candy"}, {"cans", "can"}, {"car", "car"}, {"card", "card"}, {"cards", "card"},
    {"cars", "car"}, {"cat", "cat"}, {"cats", "cat"}, {"celsius", "celsius"}, {"cent", "cent"},
    {"centimeter", "cm"}, {"centimeters", "cm"}, {"centimetre", "cm"}, {"centimetres", "cm"},
    {"cents", "cent"}, {"chair", "chair"}, {"chairs", "chair"}, {"chicken", "chicken"},
    {"chickens", "chicken"}, {"child", "child"}, {"children", "child"}, {"circle", "circle"},
    {"circles", "circle"}, {"class", "class"}, {"classes", "class"}, {"clip", "clip"},
    {"clips", "clip"}, {"cm", "cm"}, {"coin", "coin"}, {"coins", "coin"},
    {"combination", "combination"}, {"combinations", "combination"}, {"cookie", "cookie"},
    {"cookies", "cookie"}, {"cow", "cow"}, {"cows", "cow"}, {"crayon", "crayon"},
    {"crayons", "crayon"}, {"cu", "cubic"}, {"cubic", "cubic"}, {"cup", "cup"}, {"cups", "cup"},
    {"customer", "customer"}, {"customers", "customer"}, {"day", "day"}, {"days", "day"},
    {"deg", "degree"}, {"degree", "degree"}, {"degrees", "degree"}, {"digit", "digit"},
    {"digits", "digit"}, {"divisor", "divisor"}, {"divisors", "divisor"}, {"dm", "dm"},
    {"dog", "dog"}, {"dogs", "dog"}, {"dollar", "dollar"}, {"dollars", "dollar"},
    {"donut", "donut"}, {"donuts", "donut"}, {"door", "door"}, {"doors", "door"},
    {"dress", "dress"}, {"dresses", "dress"}, {"edge", "edge"}, {"edges", "edge"}, {"egg", "egg"},
    {"eggs", "egg"}, {"element", "element"}, {"elements", "element"}, {"employee", "employee"},
    {"employees", "employee"}, {"erg", "erg"}, {"ergs", "erg"}, {"euro", "euro"}, {"euros", "euro"},
    {"ev", "ev"}, {"event", "event"}, {"events", "event"}, {"face", "face"}, {"faces", "face"},
    {"factor", "factor"}, {"factors", "factor"}, {"fahrenheit", "fahrenheit"}, {"feet", "ft"},
    {"fish", "fish"}, {"fishes", "fish"}, {"floor", "floor"}, {"floors", "floor"},
    {"flower", "flower"}, {"flowers", "flower"}, {"foot", "ft"}, {"friend", "friend"},
    {"friends", "friend"}, {"ft", "ft"}, {"g", "g"}, {"gal", "gallon"}, {"gallon", "gallon"},
    {"gallons", "gallon"}, {"game", "game"}, {"games", "game"}, {"gbp", "gbp"}, {"gev", "gev"},
    {"gift", "gift"}, {"gifts", "gift"}, {"girl", "girl"}, {"girls", "girl"}, {"grade", "grade"},
    {"grades", "grade"}, {"gram", "g"}, {"grams", "g"}, {"group", "group"}, {"groups", "group"},
    {"guest", "guest"}, {"guests", "guest"}, {"h", "h"}, {"hat", "hat"}, {"hats", "hat"},
    {"horse", "horse"}, {"horses", "horse"}, {"hour", "h"}, {"hours", "h"}, {"house", "house"},
    {"houses", "house"}, {"hr", "h"}, {"hrs", "h"}, {"hz", "hz"}, {"in", "inch"}, {"inch", "inch"},
    {"inches", "inch"}, {"integer", "integer"}, {"integers", "integer"}, {"j", "j"}, {"jar", "jar"},
    {"jars", "jar"}, {"joule", "j"}, {"joules", "j"}, {"k", "k"}, {"kelvin", "k"}, {"kev", "kev"},
    {"kg", "kg"}, {"kid", "kid"}, {"kids", "kid"}, {"kilogram", "kg"}, {"kilograms", "kg"},
    {"kilometer", "km"}, {"kilometers", "km"}, {"kilometre", "km"}, {"kilometres", "km"},
    {"km", "km"}, {"kmh", "km/h"}, {"kph", "km/h"}, {"l", "l"}, {"lap", "lap"}, {"laps", "lap"},
    {"lb", "lb"}, {"lbs", "lb"}, {"lesson", "lesson"}, {"lessons", "lesson"}, {"letter", "letter"},
    {"letters", "letter"}, {"line", "line"}, {"lines", "line"}, {"liter", "l"}, {"liters", "l"},
    {"litre", "l"}, {"litres", "l"}, {"loaf", "loaf"}, {"loaves", "loaf"}, {"m", "m"},
    {"man", "man"}, {"marble", "marble"}, {"marbles", "marble"}, {"member", "member"},
    {"members", "member"}, {"men", "man"}, {"message", "message"}, {"messages", "message"},
    {"meter", "m"}, {"meters", "m"}, {"metre", "m"}, {"metres", "m"}, {"mev", "mev"}, {"mg", "mg"},
    {"mi", "mile"}, {"mile", "mile"}, {"miles", "mile"}, {"milliliter", "ml"},
    {"milliliters", "ml"}, {"millimeter", "mm"}, {"millimeters", "mm"}, {"min", "min"},
    {"mins", "min"}, {"minute", "min"}, {"minutes", "min"}, {"mistake", "mistake"},
    {"mistakes", "mistake"}, {"ml", "ml"}, {"mm", "mm"}, {"month", "month"}, {"months", "month"},
    {"movie", "movie"}, {"movies", "movie"}, {"mph", "mile/h"}, {"muffin", "muffin"},
    {"muffins", "muffin"}, {"n", "n"}, {"newton", "n"}, {"newtons", "n"}, {"night", "night"},
    {"nights", "night"}, {"nm", "nm"}, {"number", "number"}, {"numbers", "number"},
    {"orange", "orange"}, {"oranges", "orange"}, {"ounce", "oz"}, {"ounces", "oz"},
    {"outcome", "outcome"}, {"outcomes", "outcome"}, {"oz", "oz"}, {"page", "page"},
    {"pages", "page"}, {"pair", "pair"}, {"pairs", "pair"}, {"passenger", "passenger"},
    {"passengers", "passenger"}, {"path", "path"}, {"paths", "path"}, {"pen", "pen"},
    {"pencil", "pencil"}, {"pencils", "pencil"}, {"pens", "pen"}, {"people", "person"},
    {"per", "per"}, {"permutation", "permutation"}, {"permutations", "permutation"},
    {"person", "person"}, {"persons", "person"}, {"photo", "photo"}, {"photos", "photo"},
    {"pie", "pie"}, {"piece", "piece"}, {"pieces", "piece"}, {"pies", "pie"}, {"pig", "pig"},
    {"pigs", "pig"}, {"pint", "pint"}, {"pints", "pint"}, {"pizza", "pizza"}, {"pizzas", "pizza"},
    {"plant", "plant"}, {"plants", "plant"}, {"player", "player"}, {"players", "player"},
    {"point", "point"}, {"points", "point"}, {"pound", "lb"}, {"pounds", "lb"}, {"prime", "prime"},
    {"primes", "prime"}, {"problem", "problem"}, {"problems", "problem"}, {"quart", "quart"},
    {"quarts", "quart"}, {"question", "question"}, {"questions", "question"}, {"rad", "rad"},
    {"radian", "rad"}, {"radians", "rad"}, {"room", "room"}, {"rooms", "room"}, {"root", "root"},
    {"roots", "root"}, {"round", "round"}, {"rounds", "round"}, {"route", "route"},
    {"routes", "route"}, {"row", "row"}, {"rows", "row"}, {"rupee", "rupee"}, {"rupees", "rupee"},
    {"s", "s"}, {"sandwich", "sandwich"}, {"sandwiches", "sandwich"}, {"seat", "seat"},
    {"seats", "seat"}, {"sec", "s"}, {"second", "s"}, {"seconds", "s"}, {"secs", "s"},
    {"seed", "seed"}, {"seeds", "seed"}, {"serving", "serving"}, {"servings", "serving"},
    {"set", "set"}, {"sets", "set"}, {"sheep", "sheep"}, {"shirt", "shirt"}, {"shirts", "shirt"},
    {"shoe", "shoe"}, {"shoes", "shoe"}, {"side", "side"}, {"sides", "side"}, {"slice", "slice"},
    {"slices", "slice"}, {"sock", "sock"}, {"socks", "sock"}, {"solution", "solution"},
    {"solutions", "solution"}, {"song", "song"}, {"songs", "song"}, {"sq", "square"},
    {"square", "square"}, {"stamp", "stamp"}, {"stamps", "stamp"}, {"step", "step"},
    {"steps", "step"}, {"sticker", "sticker"}, {"stickers", "sticker"}, {"student", "student"},
    {"students", "student"}, {"subset", "subset"}, {"subsets", "subset"}, {"table", "table"},
    {"tables", "table"}, {"team", "team"}, {"teams", "team"}, {"term", "term"}, {"terms", "term"},
    {"ticket", "ticket"}, {"tickets", "ticket"}, {"tile", "tile"}, {"tiles", "tile"},
    {"time", "time"}, {"times", "time"}, {"ton", "ton"}, {"tonne", "ton"}, {"tonnes", "ton"},
    {"tons", "ton"}, {"toy", "toy"}, {"toys", "toy"}, {"train", "train"}, {"trains", "train"},
    {"tree", "tree"}, {"trees", "tree"}, {"triangle", "triangle"}, {"triangles", "triangle"},
    {"trip", "trip"}, {"trips", "trip"}, {"truck", "truck"}, {"trucks", "truck"}, {"turn", "turn"},
    {"turns", "turn"}, {"unit", "unit"}, {"units", "unit"}, {"usd", "dollar"}, {"v", "v"},
    {"value", "value"}, {"values", "value"}, {"vertex", "vertex"}, {"vertices", "vertex"},
    {"video", "video"}, {"videos", "video"}, {"volt", "v"}, {"volts", "v"}, {"vote", "vote"},
    {"votes", "vote"}, {"w", "w"}, {"watt", "w"}, {"watts", "w"}, {"way", "way"}, {"ways", "way"},
    {"week", "week"}, {"weeks", "week"}, {"wheel", "wheel"}, {"wheels", "wheel"},
    {"window", "window"}, {"windows", "window"}, {"woman", "woman"}, {"women", "woman"},
    {"word", "word"}, {"words", "word"}, {"worker", "worker"}, {"workers", "worker"},
    {"yard", "yd"}, {"yards", "yd"}, {"yd", "yd"}, {"year", "year"}, {"years", "year"},
    {"yen", "yen"}, {"yr", "year"}, {"yrs", "year"}, {"yuan", "yuan"},
};

static int by_name(const void *key, const void *entry)
{
    return strcmp(key, ((const struct unit *)entry)->name);
}

/* Lower-case copy of a short word; false when it is too long or holds anything but letters. */
static bool lower_word(char out[LONGEST_UNIT + 1], text w)
{
    if (w.n == 0 || w.n > LONGEST_UNIT)
        return false;
    for (size_t i = 0; i < w.n; i++) {
        if (!ascii_alpha(w.p[i]))
            return false;
        out[i] = ascii_lower(w.p[i]);
    }
    out[w.n] = '\0';
    return true;
}

text word_unit(text w)
{
    char name[LONGEST_UNIT + 1];
    if (!lower_word(name, w))
        return (text){NULL, 0};
    const struct unit *u = bsearch(name, units, COUNT(units), sizeof *units, by_name);
    return u ? text_of(u->canonical) : (text){NULL, 0};
}

static bool is_one_of(text w, const char *const *words, size_t n)
{
    char name[LONGEST_UNIT + 1];
    if (!lower_word(name, w))
        return false;
    for (size_t i = 0; i < n; i++)
        if (strcmp(name, words[i]) == 0)
            return true;
    return false;
}

bool word_is_glued_unit(text w)
{
    static const char *const glued[] = {"cm", "mm",  "km", "kg",  "mph", "ft",
                                        "lb", "lbs", "ml", "hrs", "hr"};
    return is_one_of(w, glued, COUNT(glued));
}

bool word_is_unit_filler(text w)
{
    static const char *const filler[] = {"of",   "the",      "total",     "each",     "old", "a",
                                         "an",   "possible", "different", "distinct", "real"};
    return is_one_of(w, filler, COUNT(filler));
}

bool word_is_ordinal(text w)
{
    static const char *const ordinals[] = {"st", "nd", "rd", "th"};
    return is_one_of(w, ordinals, COUNT(ordinals));
}

bool word_is_percent(text w)
{
    static const char *const percent[] = {"percent", "pct", "percentage"};
    return is_one_of(w, percent, COUNT(percent));
}

int word_scale(text w)
{
    static const char *const scales[] = {"thousand", "million", "billion", "trillion"};
    for (size_t i = 0; i < COUNT(scales); i++)
        if (is_one_of(w, &scales[i], 1))
            return (int)(3 * (i + 1));
    return 0;
}

int word_base(text w)
{
    static const char *const bases[] = {"two",   "three", "four", "five",   "six",   "seven",
                                        "eight", "nine",  "ten",  "eleven", "twelve"};
    for (size_t i = 0; i < COUNT(bases); i++)
        if (is_one_of(w, &bases[i], 1))
            return (int)i + 2;
    return is_one_of(w, (const char *const[]){"sixteen"}, 1) ? 16 : 0;
}

enum phrase word_phrase(text folded)
{
    static const struct {
        const char *words;
        enum phrase phrase;
    } phrases[] = {
        {"no solution", PHRASE_EMPTY}, {"no solutions", PHRASE_EMPTY}, {"none", PHRASE_EMPTY},
        {"empty set", PHRASE_EMPTY}, {"emptyset", PHRASE_EMPTY}, {"no real solution", PHRASE_EMPTY},
        {"no real solutions", PHRASE_EMPTY}, {"no solution exists", PHRASE_EMPTY},
        {"all real numbers", PHRASE_REALS}, {"all reals", PHRASE_REALS},
        {"set of all real numbers", PHRASE_REALS}, {"all real x", PHRASE_REALS},
        {"infinity", PHRASE_INF}, {"+infinity", PHRASE_INF}, {"positive infinity", PHRASE_INF},
        {"-infinity", PHRASE_NEG_INF}, {"negative infinity", PHRASE_NEG_INF},
        {"minus infinity", PHRASE_NEG_INF},
    };
    for (size_t i = 0; i < COUNT(phrases); i++)
        if (text_equal(folded, text_of(phrases[i].words)))
            return phrases[i].phrase;
    return PHRASE_NONE;
}
