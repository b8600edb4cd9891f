/* Sets the clock of one program off by CLOCK_OFF seconds, and from CLOCK_JUMP_AFTER calls on by CLOCK_JUMP more. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
static long number(const char *name) { const char *text = getenv(name); return text ? atol(text) : 0; }
int clock_gettime(clockid_t which, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    static long calls;
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int code = real(which, now);
    if (which == CLOCK_REALTIME) {
        now->tv_sec += number("CLOCK_OFF");
        if (number("CLOCK_JUMP") && __sync_add_and_fetch(&calls, 1) > number("CLOCK_JUMP_AFTER")) now->tv_sec += number("CLOCK_JUMP");
    }
    return code;
}
