/* SPDX-License-Identifier: MIT */
#include "cpu.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char OWN_LIMIT[] = "LESIONBENCH_CPU";

static const char *const NAMES[LB_CPUS] = {
    [LB_CPU_BASELINE] = "baseline",
    [LB_CPU_AVX2] = "avx2",
    [LB_CPU_AVX512] = "avx512",
};

/* Written once, by decide(). */
static struct {
    lb_cpu used;
    bool limits_onednn;
    lb_error wrong; /* what is wrong with the environment */
} answer;
static pthread_once_t decided = PTHREAD_ONCE_INIT;

lb_cpu
lb_cpu_machine(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (avx2) {
        return avx512 ? LB_CPU_AVX512 : LB_CPU_AVX2;
    }
#endif
    return LB_CPU_BASELINE;
}

/* oneDNN's names of sets, of any of its versions; what it does not know it takes for no limit. */
static lb_cpu
onednn_limit(const char *text)
{
    static const struct {
        const char *name;
        lb_cpu cpu;
    } names[] = {
        {"sse41", LB_CPU_BASELINE},       {"avx", LB_CPU_BASELINE},     {"avx2", LB_CPU_AVX2},
        {"avx2_vnni", LB_CPU_AVX2},       {"avx2_vnni_2", LB_CPU_AVX2}, {"avx512_mic", LB_CPU_AVX2},
        {"avx512_mic_4ops", LB_CPU_AVX2},
    };
    for (size_t i = 0; text != NULL && i < sizeof names / sizeof *names; i++) {
        if (strcasecmp(text, names[i].name) == 0) {
            return names[i].cpu;
        }
    }
    return LB_CPU_AVX512;
}

static lb_status
own_limit(lb_cpu *out, const char *text, lb_error *err)
{
    *out = LB_CPU_AVX512;
    if (text == NULL || text[0] == '\0') {
        return LB_OK;
    }
    for (lb_cpu cpu = LB_CPU_BASELINE; cpu < LB_CPUS; cpu++) {
        if (strcmp(text, NAMES[cpu]) == 0) {
            *out = cpu;
            return LB_OK;
        }
    }
    return lb_fail(err, LB_ERROR_ARGUMENT, "%s: '%s' is none of baseline, avx2, avx512", OWN_LIMIT,
                   text);
}

lb_status
lb_cpu_choose(lb_cpu *out, lb_cpu machine, const char *own, const char *onednn, lb_error *err)
{
    lb_cpu limit;
    lb_status status = own_limit(&limit, own, err);
    if (status == LB_OK) {
        lb_cpu other = onednn_limit(onednn);
        limit = limit < other ? limit : other;
        *out = machine < limit ? machine : limit;
    }
    return status;
}

/* As oneDNN does: an empty value counts as unset. */
static const char *
onednn_variable(void)
{
    const char *text = getenv("ONEDNN_MAX_CPU_ISA");
    return text != NULL && text[0] != '\0' ? text : getenv("DNNL_MAX_CPU_ISA");
}

static void
decide(void)
{
    const char *own = getenv(OWN_LIMIT), *onednn = onednn_variable();
    lb_cpu machine = lb_cpu_machine();
    if (lb_cpu_choose(&answer.used, machine, own, onednn, &answer.wrong) != LB_OK) {
        own = NULL;
        (void)lb_cpu_choose(&answer.used, machine, own, onednn, &(lb_error){.code = LB_OK});
    }
    lb_cpu limit = LB_CPU_AVX512;
    (void)own_limit(&limit, own, &(lb_error){.code = LB_OK});
    answer.limits_onednn = limit < onednn_limit(onednn);
}

lb_cpu
lb_cpu_get(void)
{
    pthread_once(&decided, decide);
    return answer.used;
}

bool
lb_cpu_limits_onednn(void)
{
    pthread_once(&decided, decide);
    return answer.limits_onednn;
}

const char *
lb_cpu_name(lb_cpu cpu)
{
    return NAMES[cpu];
}

lb_status
lb_instruction_set(const char **out, lb_error *err)
{
    lb_cpu cpu = lb_cpu_get();
    if (answer.wrong.code != LB_OK) {
        *err = answer.wrong;
        return err->code;
    }
    *out = NAMES[cpu];
    return LB_OK;
}
