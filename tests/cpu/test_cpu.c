/* SPDX-License-Identifier: MIT */
/* One instruction set for the whole process: what the environment asks for, what the kernels, the
 * layout and oneDNN use, and that sets give the same bits where products and sums are not fused. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "noise.h"
#include "testing.h"

#include "base/cpu.h"
#include "lesionbench/image.h"
#include "lesionbench/metrics.h"
#include "nn/backend.h"
#include "nn/kernels.h"

/* What a process says of itself. */
typedef struct report {
    bool set_known, backend_made;
    lb_cpu cpu;
    size_t block;
    dnnl_cpu_isa_t onednn;
    uint64_t bits; /* of the results of some kernels */
    lb_error wrong;
} report;

typedef struct setting {
    const char *own, *onednn; /* LESIONBENCH_CPU, ONEDNN_MAX_CPU_ISA; NULL: unset */
} setting;

static void
add_bits(uint64_t *bits, const void *values, size_t size)
{
    const unsigned char *bytes = values;
    for (size_t i = 0; i < size; i++) {
        *bits = (*bits ^ bytes[i]) * 0x100000001B3u;
    }
}

enum { HEIGHT = 57, WIDTH = 83, PIXELS = HEIGHT * WIDTH, SMALL = 41 };

static lb_status
run_image_kernels(uint64_t *bits, lb_error *err)
{
    static double image[PIXELS], smooth[PIXELS], resized[SMALL * SMALL];
    static uint8_t binary[PIXELS], opened[PIXELS];
    lb_status status = LB_OK;
    lb_numpy_random random;
    lb_numpy_seed(&random, 3);
    lb_numpy_fill(&random, image, PIXELS);
    LB_TRY(lb_gaussian_filter(smooth, image, HEIGHT, WIDTH, 1.5, 2.5, err));
    double range[2], threshold = lb_otsu(smooth, PIXELS);
    lb_find_range(&range[0], &range[1], smooth, PIXELS);
    for (size_t i = 0; i < PIXELS; i++) {
        binary[i] = smooth[i] > threshold;
    }
    LB_TRY(lb_binary_opening(opened, binary, HEIGHT, WIDTH, err));
    LB_TRY(lb_resize(resized, SMALL, SMALL, smooth, HEIGHT, WIDTH, err));
    add_bits(bits, smooth, sizeof smooth);
    add_bits(bits, range, sizeof range);
    add_bits(bits, opened, sizeof opened);
    add_bits(bits, resized, sizeof resized);
cleanup:
    return status;
}

static lb_status
run_metrics(uint64_t *bits, lb_error *err)
{
    static float truth[PIXELS];
    lb_status status = LB_OK;
    lb_scorer *scorer = NULL;
    lb_map_score score;
    float *map = noise(PIXELS, 7);
    memset(&score, 0, sizeof score);
    for (size_t i = 0; i < PIXELS; i++) {
        truth[i] = i % WIDTH > 20 && i % WIDTH < 34 && i / WIDTH > 11 && i / WIDTH < 22;
    }
    LB_TRY(lb_scorer_create(&scorer, HEIGHT, WIDTH, err));
    LB_TRY(lb_scorer_set_truth(scorer, truth, err));
    LB_TRY(lb_scorer_score(&score, scorer, map, lb_metrics_all(), LB_TIES_STABLE, err));
    add_bits(bits, score.value, sizeof score.value);
cleanup:
    lb_scorer_free(scorer);
    lb_free(map);
    return status;
}

static void
run_layer_kernels(uint64_t *bits)
{
    const lb_planes s = {.images = 2, .planes = 3, .height = 10, .width = 14, .block = 8};
    enum { VALUES = 2 * 3 * 10 * 14 * 8 };
    static uint8_t argmax[VALUES / 4];
    static uint32_t mask[VALUES / 32];
    static uint16_t rounded[VALUES];
    float *in = noise(VALUES, 1), *out = noise(VALUES, 2), *gradient = noise(VALUES, 3);
    lb_pool_forward_rectified(out, argmax, in, &s);
    lb_pool_rectify_backward(in, gradient, argmax, &s);
    lb_relu_bits(mask, gradient, VALUES);
    lb_round_bf16(rounded, gradient, VALUES);
    lb_add_bias(gradient, in, VALUES / 16, 16, true);
    add_bits(bits, out, VALUES / 4 * sizeof *out);
    add_bits(bits, in, VALUES * sizeof *in);
    add_bits(bits, gradient, VALUES * sizeof *gradient);
    add_bits(bits, mask, sizeof mask);
    add_bits(bits, rounded, sizeof rounded);
    lb_free(in);
    lb_free(out);
    lb_free(gradient);
}

static void
describe_process(report *out)
{
    const char *name;
    const lb_compute compute = {.precision = LB_PRECISION_F32};
    lb_backend *backend = NULL;
    out->set_known = lb_instruction_set(&name, &out->wrong) == LB_OK;
    out->cpu = lb_cpu_get();
    out->backend_made = lb_backend_create(&backend, &compute, &out->wrong) == LB_OK;
    if (!out->set_known || !out->backend_made) {
        return;
    }
    out->block = lb_backend_block(backend);
    out->onednn = dnnl_get_effective_cpu_isa();
    lb_backend_free(backend);
    out->bits = 0xCBF29CE484222325u;
    if (run_image_kernels(&out->bits, &out->wrong) != LB_OK ||
        run_metrics(&out->bits, &out->wrong) != LB_OK) {
        out->set_known = false;
    }
    run_layer_kernels(&out->bits);
}

static void
set_variable(const char *name, const char *value)
{
    assert_int_equal(value != NULL ? setenv(name, value, 1) : unsetenv(name), 0);
}

/* In a process of its own: a process chooses once. */
static void
ask(report *out, setting environment)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        report said = {.set_known = false};
        set_variable("LESIONBENCH_CPU", environment.own);
        set_variable("ONEDNN_MAX_CPU_ISA", environment.onednn);
        set_variable("DNNL_MAX_CPU_ISA", NULL);
        describe_process(&said);
        _exit(write(ends[1], &said, sizeof said) == sizeof said ? 0 : 1);
    }
    close(ends[1]);
    ssize_t got = read(ends[0], out, sizeof *out);
    int state = 0;
    close(ends[0]);
    assert_true(waitpid(child, &state, 0) == child && state == 0);
    assert_int_equal(got, sizeof *out);
}

static lb_cpu
at_most(lb_cpu cpu)
{
    return cpu < lb_cpu_machine() ? cpu : lb_cpu_machine();
}

static void
everything_follows_the_lower_limit(void **state)
{
    static const struct {
        setting environment;
        lb_cpu limit;
    } cases[] = {
        {{NULL, NULL}, LB_CPU_AVX512},           {{"", ""}, LB_CPU_AVX512},
        {{"baseline", NULL}, LB_CPU_BASELINE},   {{"avx2", NULL}, LB_CPU_AVX2},
        {{"avx512", NULL}, LB_CPU_AVX512},       {{NULL, "AVX2"}, LB_CPU_AVX2},
        {{NULL, "avx"}, LB_CPU_BASELINE},        {{"avx512", "AVX2"}, LB_CPU_AVX2},
        {{"avx2", "AVX512_CORE"}, LB_CPU_AVX2},  {{"avx2", "SSE41"}, LB_CPU_BASELINE},
        {{"baseline", "AVX2"}, LB_CPU_BASELINE}, {{"avx512", "AVX512_CORE"}, LB_CPU_AVX512},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        report got;
        ask(&got, cases[i].environment);
        assert_true(got.set_known && got.backend_made);
        assert_int_equal(got.cpu, at_most(cases[i].limit));
        assert_int_equal(got.block, got.cpu == LB_CPU_AVX512 ? 16 : 8);
#if defined(__x86_64__)
        assert_true((got.onednn >= dnnl_cpu_isa_avx512_core) == (got.cpu == LB_CPU_AVX512));
        assert_true((got.onednn >= dnnl_cpu_isa_avx2) == (got.cpu >= LB_CPU_AVX2));
#endif
    }
}

/* A finer limit of oneDNN's own is kept. */
static void
onednn_keeps_its_own_limit(void **state)
{
    report got;
    (void)state;
    ask(&got, (setting){"avx512", "AVX512_CORE"});
    if (got.cpu != LB_CPU_AVX512) {
        print_message("skipped: no AVX-512 here\n");
        skip();
    }
    assert_int_equal(got.onednn, dnnl_cpu_isa_avx512_core);
    ask(&got, (setting){"avx2", "AVX"});
    assert_int_equal(got.onednn, dnnl_cpu_isa_avx);
}

static void
wrong_names_are_errors(void **state)
{
    static const char *const names[] = {"AVX2", "avx3", "avx512 ", "sse2"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        report got;
        ask(&got, (setting){names[i], NULL});
        assert_false(got.set_known || got.backend_made);
        assert_int_equal(got.wrong.code, LB_ERROR_ARGUMENT);
        assert_non_null(strstr(got.wrong.message, names[i]));
        assert_non_null(strstr(got.wrong.message, "baseline, avx2, avx512"));
        assert_int_equal(got.cpu, lb_cpu_machine());
    }
}

static void
no_limit_raises_the_machine(void **state)
{
    lb_cpu cpu;
    lb_error err;
    (void)state;
    assert_ok(lb_cpu_choose(&cpu, LB_CPU_BASELINE, "avx512", NULL, &err));
    assert_int_equal(cpu, LB_CPU_BASELINE);
    assert_ok(lb_cpu_choose(&cpu, LB_CPU_AVX2, "avx512", "AVX512_CORE_AMX", &err));
    assert_int_equal(cpu, LB_CPU_AVX2);
    assert_ok(lb_cpu_choose(&cpu, LB_CPU_AVX2, NULL, NULL, &err));
    assert_int_equal(cpu, LB_CPU_AVX2);
}

static void
sets_give_the_same_bits(void **state)
{
    report baseline;
    (void)state;
    ask(&baseline, (setting){"baseline", NULL});
    assert_true(baseline.set_known);
    for (lb_cpu cpu = LB_CPU_AVX2; cpu <= lb_cpu_machine(); cpu++) {
        report got;
        ask(&got, (setting){lb_cpu_name(cpu), NULL});
        assert_int_equal(got.cpu, cpu);
        assert_true(got.bits == baseline.bits);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_follows_the_lower_limit),
        cmocka_unit_test(onednn_keeps_its_own_limit),
        cmocka_unit_test(wrong_names_are_errors),
        cmocka_unit_test(no_limit_raises_the_machine),
        cmocka_unit_test(sets_give_the_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
