/* live.c - the live view.
 *
 * A frame is built in memory, every line cut to the width of the terminal, and written with one
 * write: move up over the old block, then each line with an erase to its end. The cursor is never
 * hidden and rests below the block, so that a kill at any moment leaves a usable terminal. */
#include "src/live.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "src/cli_io.h"

#define REDRAW_S 0.1
#define LINE_EVERY_S 5.0
#define BAR_COLUMNS 24
#define FLOOR 2.9957f /* ln 20: the confidence of no preference at all */
#define STRIP_LINES 3
#define ANSWER_COLUMNS 48

#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define BOLD "\033[1m"
#define DIM "\033[2m"

enum mark {
    WAITING = '.',
    RUNNING = '>',
    DONE = '+',
    LONG = '=',
    CUT = 'x',
    LOOP = 'o',
    LEFT = '-'
};

/* One line under construction. */
struct line {
    strbuf *out;
    size_t left; /* columns */
    bool color;
};

void live_init(struct live *l, bool quiet, bool color)
{
    *l = (struct live){.color = color, .drawn_s = -1};
    if (!quiet)
        l->mode = isatty(STDERR_FILENO) == 1 ? LIVE_BLOCK : LIVE_LINES;
}

static enum mark mark_of(enum sheaf_finish finish)
{
    switch (finish) {
    case SHEAF_FINISH_STOP:
    case SHEAF_FINISH_PROBE:
        return DONE;
    case SHEAF_FINISH_LENGTH:
        return LONG;
    case SHEAF_FINISH_CUT:
        return CUT;
    case SHEAF_FINISH_LOOP:
        return LOOP;
    case SHEAF_FINISH_CONSENSUS:
    case SHEAF_FINISH_CANCELLED:
        break;
    }
    return LEFT;
}

static const char *color_of(char mark)
{
    switch (mark) {
    case DONE:
        return GREEN;
    case CUT:
        return RED;
    case LOOP:
    case LONG:
        return YELLOW;
    case RUNNING:
        return BOLD;
    default:
        return DIM;
    }
}

static void put(struct line *p, const char *color, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void put(struct line *p, const char *color, const char *format, ...)
{
    char buffer[256];
    va_list args;
    va_start(args, format);
    vsnprintf(buffer, sizeof buffer, format, args);
    va_end(args);
    text shown = cli_fit(text_of(buffer), p->left);
    if (shown.n == 0)
        return;
    p->left -= cli_width(shown);
    bool colored = p->color && color;
    strbuf_str(p->out, colored ? color : "");
    cli_add_printable(p->out, shown, false);
    strbuf_str(p->out, colored ? "\033[0m" : "");
}

static void put_answer(struct line *p, const char *answer)
{
    put(p, GREEN, "%.*s", (int)cli_fit(text_of(answer), ANSWER_COLUMNS).n, answer);
}

static struct line start_line(struct live *l, size_t columns)
{
    return (struct line){.out = &l->frame, .left = columns, .color = l->color};
}

static void end_line(struct live *l)
{
    strbuf_str(&l->frame, l->mode == LIVE_BLOCK ? "\033[K\n" : "\n");
    l->n_lines++;
}

static size_t n_ended(const sheaf_result *r)
{
    return r->n_stopped + r->n_length + r->n_cut + r->n_looped;
}

static double token_rate(const sheaf_event *e)
{
    double s = e->seconds - e->so_far->prefill_s;
    return s > 0 ? (double)e->so_far->tokens / s : 0;
}

double live_eta(const struct live *l, const sheaf_event *e)
{
    double rate = token_rate(e), left = 0;
    if (l->n_ended == 0 || rate <= 0)
        return -1;
    double mean = (double)l->ended_tokens / (double)l->n_ended;
    size_t busy = n_ended(e->so_far) + e->n_slots;
    for (size_t i = 0; i < e->n_slots; i++)
        left += fmax(0, mean - (double)e->slots[i].n_tokens);
    if (e->n_wanted > busy)
        left += mean * (double)(e->n_wanted - busy);
    return left / rate;
}

static void put_eta(struct line *p, const struct live *l, const sheaf_event *e)
{
    double s = live_eta(l, e);
    if (s >= 0 && s < 360000)
        put(p, NULL, "  ETA %d:%02d", (int)(s / 60), (int)s % 60);
}

static void draw_head(struct live *l, const sheaf_event *e, size_t columns)
{
    char tokens[32];
    const sheaf_result *r = e->so_far;
    struct line p = start_line(l, columns);
    put(&p, BOLD, "%s", r->strategy ? r->strategy : "");
    put(&p, NULL, "  %zu of %zu traces ended  %s tokens  %.1f tokens/s  %.1f s", n_ended(r),
        e->n_wanted, cli_thousands(tokens, sizeof tokens, r->tokens), token_rate(e), e->seconds);
    put_eta(&p, l, e);
    end_line(l);
}

static void draw_leader(struct live *l, const sheaf_event *e, size_t columns)
{
    const sheaf_result *r = e->so_far;
    struct line p = start_line(l, columns);
    if (r->n_votes == 0) {
        put(&p, DIM, "no vote yet");
    } else {
        put(&p, NULL, "leader ");
        put_answer(&p, r->votes[0].answer);
        put(&p, NULL, "  %.1f %% of the weight, %u ballots, %zu values", 100 * r->votes[0].share,
            r->votes[0].ballots, r->n_votes);
    }
    if (isfinite(r->threshold))
        put(&p, NULL, "  threshold %.2f", r->threshold);
    end_line(l);
}

/* The traces by id, one character each; of long runs the part with the newest. */
static void draw_strip(struct live *l, size_t columns)
{
    size_t width = columns > 1 ? columns - 1 : 1, last = 0;
    for (size_t i = 0; i < l->n_marks; i++)
        if (l->marks[i] != WAITING)
            last = i;
    size_t n_lines = (l->n_marks + width - 1) / width, line = last / width;
    size_t begin = line >= STRIP_LINES ? line - STRIP_LINES + 1 : 0;
    for (size_t k = begin; k < n_lines && k < begin + STRIP_LINES; k++) {
        struct line p = start_line(l, columns);
        for (size_t i = k * width; i < l->n_marks && i < (k + 1) * width; i++)
            put(&p, color_of(l->marks[i]), "%c", l->marks[i]);
        end_line(l);
    }
}

static void draw_legend(struct live *l, const sheaf_result *r, size_t columns)
{
    const struct {
        enum mark mark;
        size_t n;
        const char *name;
    } rows[] = {{DONE, r->n_stopped, "finished"},
                {LONG, r->n_length, "at limit"},
                {CUT, r->n_cut, "cut"},
                {LOOP, r->n_looped, "looped"}};
    struct line p = start_line(l, columns);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        put(&p, color_of((char)rows[i].mark), "%c", rows[i].mark);
        put(&p, NULL, " %zu %s   ", rows[i].n, rows[i].name);
    }
    end_line(l);
}

static void draw_slot(struct live *l, const sheaf_slot *s, double threshold, size_t columns)
{
    struct line p = start_line(l, columns);
    double share = l->top > FLOOR ? (double)((s->confidence - FLOOR) / (l->top - FLOOR)) : 0;
    bool low = isfinite(threshold) && (double)s->confidence < threshold;
    int filled = (int)(BAR_COLUMNS * fmin(1, fmax(0, share)) + 0.5);
    put(&p, NULL, "#%-5u %7zu tok  ", s->trace, s->n_tokens);
    put(&p, low ? RED : NULL, "%6.2f ", (double)s->confidence);
    put(&p, low ? RED : GREEN, "%.*s", filled, "########################");
    put(&p, DIM, "%.*s", BAR_COLUMNS - filled, "........................");
    end_line(l);
}

/* The live trace with the smallest id from `from` on: slots are refilled in any order. */
static const sheaf_slot *next_slot(const sheaf_event *e, uint64_t from)
{
    const sheaf_slot *best = NULL;
    for (size_t i = 0; i < e->n_slots; i++)
        if (e->slots[i].trace >= from && (!best || e->slots[i].trace < best->trace))
            best = &e->slots[i];
    return best;
}

static void note_top(struct live *l, const sheaf_event *e)
{
    for (size_t i = 0; i < e->n_slots; i++)
        if (e->slots[i].confidence > l->top)
            l->top = e->slots[i].confidence;
}

void live_draw(struct live *l, const sheaf_event *e, size_t columns, size_t rows)
{
    l->n_lines = 0;
    note_top(l, e);
    draw_head(l, e, columns);
    draw_leader(l, e, columns);
    draw_strip(l, columns);
    draw_legend(l, e->so_far, columns);
    const sheaf_slot *s = next_slot(e, 0);
    for (; s && l->n_lines + 2 < rows; s = next_slot(e, (uint64_t)s->trace + 1))
        draw_slot(l, s, e->so_far->threshold, columns);
}

static void write_frame(struct live *l)
{
    text rest = strbuf_view(&l->frame);
    while (rest.n && !l->frame.failed) {
        ssize_t n = write(STDERR_FILENO, rest.p, rest.n);
        if (n <= 0)
            break;
        rest = text_slice(rest, (size_t)n, rest.n);
    }
    strbuf_reset(&l->frame);
}

static void cursor_to_top(struct live *l)
{
    if (l->n_lines)
        strbuf_printf(&l->frame, "\033[%zuA", l->n_lines);
    strbuf_char(&l->frame, '\r');
}

static void redraw(struct live *l, const sheaf_event *e)
{
    struct winsize size = {0};
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row;
    cursor_to_top(l);
    live_draw(l, e, known ? size.ws_col : 80, known ? size.ws_row : 24);
    strbuf_str(&l->frame, "\033[J");
    write_frame(l);
}

static void print_line(struct live *l, const sheaf_event *e)
{
    char tokens[32];
    const sheaf_result *r = e->so_far;
    struct line p = start_line(l, 240);
    p.color = false;
    put(&p, NULL, "sheaf: %.0f s: %zu of %zu traces, %zu cut, %s tokens, %.1f tokens/s", e->seconds,
        n_ended(r), e->n_wanted, r->n_cut, cli_thousands(tokens, sizeof tokens, r->tokens),
        token_rate(e));
    if (r->n_votes) {
        put(&p, NULL, ", leader ");
        put_answer(&p, r->votes[0].answer);
        put(&p, NULL, " at %.1f %%", 100 * r->votes[0].share);
    }
    put_eta(&p, l, e);
    end_line(l);
    write_frame(l);
}

/* Marks start at the plan, when the number of traces is known; without memory there is no strip. */
static void keep_marks(struct live *l, const sheaf_event *e)
{
    if (!l->marks && e->n_wanted) {
        l->marks = alloc_zero(e->n_wanted, 1);
        l->n_marks = l->marks ? e->n_wanted : 0;
        for (size_t i = 0; i < l->n_marks; i++)
            l->marks[i] = WAITING;
    }
    for (size_t i = 0; i < e->n_slots; i++)
        if (e->slots[i].trace < l->n_marks && l->marks[e->slots[i].trace] == WAITING)
            l->marks[e->slots[i].trace] = RUNNING;
    if (e->kind != SHEAF_EVENT_TRACE || !e->trace)
        return;
    if (e->trace->id < l->n_marks)
        l->marks[e->trace->id] = (char)mark_of(e->trace->finish);
    if (e->trace->finish == SHEAF_FINISH_STOP || e->trace->finish == SHEAF_FINISH_LENGTH ||
        e->trace->finish == SHEAF_FINISH_PROBE) {
        l->ended_tokens += e->trace->n_tokens;
        l->n_ended++;
    }
}

void live_event(void *ctx, const sheaf_event *e)
{
    struct live *l = ctx;
    double every = l->mode == LIVE_BLOCK ? REDRAW_S : LINE_EVERY_S;
    if (l->mode == LIVE_OFF || !e->so_far)
        return;
    keep_marks(l, e);
    if (l->drawn_s < 0)
        l->drawn_s = l->mode == LIVE_BLOCK ? e->seconds - every : e->seconds;
    if (e->kind == SHEAF_EVENT_DONE || e->seconds - l->drawn_s < every)
        return;
    l->drawn_s = e->seconds;
    if (l->mode == LIVE_BLOCK)
        redraw(l, e);
    else
        print_line(l, e);
}

void live_end(struct live *l)
{
    if (l->mode == LIVE_BLOCK && l->n_lines) {
        cursor_to_top(l);
        strbuf_str(&l->frame, "\033[J");
        write_frame(l);
    }
    alloc_free(l->marks);
    strbuf_free(&l->frame);
    *l = (struct live){0};
}
