/* Another clock for a process and all that it starts: the time of day moves by SHIFTED_BY seconds, and nothing else does.

   Clocks that only count on stay as they are: whoever waits for a lock or a timeout by them must not wait for years.

       cc -shared -fPIC -o shifted_clock.so shifted_clock.c -ldl
       SHIFTED_BY=-852076800 LD_PRELOAD=./shifted_clock.so date
*/
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static time_t shift(void)
{
    const char *by = getenv("SHIFTED_BY");
    return by ? atoll(by) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    static int (*ordinary)(clockid_t, struct timespec *);
    if (!ordinary)
        ordinary = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int code = ordinary(clock, now);
    if (code == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += shift();
    return code;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec exact;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &exact) != 0)
        return -1;
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *kept)
{
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (kept)
        *kept = exact.tv_sec;
    return exact.tv_sec;
}
