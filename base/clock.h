/* clock.h - time. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

/* Monotonic seconds since an arbitrary start. */
double clock_now_s(void);

/* Seconds of CPU time of the whole process. */
double clock_cpu_s(void);

#endif
