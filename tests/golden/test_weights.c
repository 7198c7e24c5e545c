/* SPDX-License-Identifier: MIT */
/* Weights from files that PyTorch wrote, against what PyTorch says is in them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "lesionbench/npy.h"
#include "lesionbench/training.h"
#include "lesionbench/weights.h"
#include "unit/io_testing.h"

#define FOLDER LB_SHARED "/golden/attribution/"

enum { IMAGES = 2, SIDE = 64, VALUES = 3 * SIDE * SIDE };

static lb_status
read_images(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    const float *images = data;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        memcpy(out + i * VALUES, images + index[i] * VALUES, VALUES * sizeof *out);
    }
    return LB_OK;
}

/* A VGG-16 of 2 classes, as each format has it. */
static void
logits_of_three_formats(void **state)
{
    static const char *const FILES[] = {FOLDER "vgg16.safetensors", FOLDER "vgg16.pt",
                                        FOLDER "vgg16_legacy.pth"};
    lb_error err;
    lb_array input, golden;
    (void)state;
    skip_without(FOLDER "logits.npy");
    assert_ok(lb_npy_read(&input, FOLDER "input.npy", &err));
    assert_ok(lb_npy_read(&golden, FOLDER "logits.npy", &err));
    assert_int_equal(lb_array_count(&golden), IMAGES * 2);
    for (size_t f = 0; f < sizeof FILES / sizeof *FILES; f++) {
        lb_network *network = NULL;
        float out[IMAGES * 2];
        double worst = 0;
        const int32_t labels[IMAGES] = {0};
        const lb_image_loader source = {.count = IMAGES,
                                        .channels = 3,
                                        .height = SIDE,
                                        .width = SIDE,
                                        .labels = labels,
                                        .data = input.data,
                                        .read = read_images};
        assert_ok(lb_network_load(&network, FILES[f], &err));
        assert_ok(lb_predict(out, network, &source, NULL, NULL, &err));
        for (size_t i = 0; i < IMAGES * 2; i++) {
            double want = golden.type == LB_F64 ? ((const double *)golden.data)[i]
                                                : (double)((const float *)golden.data)[i];
            assert_close(out[i], want, 1e-4, 0);
            worst = fmax(worst, fabs((double)out[i] - want));
        }
        print_message("%s: logits off by at most %.1e\n", strrchr(FILES[f], '/') + 1, worst);
        lb_network_free(network);
    }
    lb_array_release(&input);
    lb_array_release(&golden);
}

static uint32_t
bits_of(float value)
{
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void
compare_values(void **state, const char *file, lb_weights *weights, const lb_weight *weight,
               const char *values)
{
    lb_error err;
    lb_array expected;
    char *path = test_path(state, values);
    float *out = lb_alloc(weight->count, sizeof *out, &err);
    assert_non_null(out);
    assert_ok(lb_npy_read(&expected, path, &err));
    assert_ok(lb_weights_read(out, weights, weight, &err));
    assert_int_equal(expected.type, LB_F32);
    assert_int_equal(lb_array_count(&expected), weight->count);
    for (size_t i = 0; i < weight->count; i++) {
        const float *want = (const float *)expected.data + i;
        bool same = isnan(*want) ? isnan(out[i]) != 0 : bits_of(out[i]) == bits_of(*want);
        if (!same) {
            fail_msg("%s: %s[%zu] = %a, expected %a", file, weight->name, i, (double)out[i],
                     (double)*want);
        }
    }
    lb_array_release(&expected);
    lb_free(out);
    lb_free(path);
}

static void
compare_tensor(void **state, const char *file, lb_weights *weights, const char *name,
               const char *type, const char *shape, const char *values)
{
    lb_error err;
    char text[200] = "";
    const lb_weight *weight = lb_weights_find(weights, name);
    if (weight == NULL) {
        fail_msg("%s: has no %s", file, name);
        return;
    }
    assert_string_equal(weight->type, type);
    for (size_t i = 0, used = 0; i < weight->rank; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%zu", i > 0 ? "x" : "",
                                 weight->shape[i]);
    }
    assert_string_equal(weight->rank > 0 ? text : "scalar", shape);
    if (strcmp(values, "-") != 0) {
        compare_values(state, file, weights, weight, values);
    } else {
        float ignored[1];
        assert_false(lb_weights_is_real(weight));
        assert_int_equal(lb_weights_read(ignored, weights, weight, &err), LB_ERROR_UNSUPPORTED);
        assert_message(&err, type);
    }
}

static void
refuse(void **state, const char *file, const char *part)
{
    lb_error err = {0};
    lb_weights *weights = NULL;
    char *path = test_path(state, file);
    if (lb_weights_open(&weights, path, &err) == LB_OK) {
        fail_msg("%s is accepted", file);
    }
    assert_message(&err, part);
    assert_message(&err, file);
    lb_free(path);
}

static void
files_of_pytorch(void **state)
{
    char *cases = test_path(state, "cases.txt"), line[1000], current[200] = "";
    size_t tensors = 0, refused = 0;
    lb_error err;
    lb_weights *weights = NULL;
    char *command = lb_format(&err, "/usr/bin/python3 '%s/tests/golden/weights_torch.py' '%s'",
                              LB_SOURCE, (const char *)*state);
    int code = system(command);
    lb_free(command);
    if (WEXITSTATUS(code) == 77 || WEXITSTATUS(code) == 127) {
        print_message("skipped: /usr/bin/python3 has no torch here (apt: python3-torch)\n");
        lb_free(cases);
        skip();
    }
    assert_int_equal(code, 0);
    FILE *stream = fopen(cases, "r");
    assert_non_null(stream);
    while (fgets(line, sizeof line, stream) != NULL) {
        char file[200], name[300], type[100], shape[100], values[100];
        assert_int_equal(sscanf(line, "%199s %299s", file, name), 2);
        line[strcspn(line, "\n")] = '\0';
        if (strcmp(name, "!") == 0) {
            refuse(state, file, strchr(line, '!') + 2);
            refused++;
            continue;
        }
        assert_int_equal(sscanf(line, "%*s %*s %99s %99s %99s", type, shape, values), 3);
        if (strcmp(file, current) != 0) {
            char *path = test_path(state, file);
            lb_weights_close(weights);
            weights = NULL;
            assert_ok(lb_weights_open(&weights, path, &err));
            snprintf(current, sizeof current, "%s", file);
            lb_free(path);
        }
        compare_tensor(state, file, weights, name, type, shape, values);
        tensors++;
    }
    print_message("%zu tensors are PyTorch's, %zu files refused\n", tensors, refused);
    assert_int_equal(tensors, 390);
    assert_int_equal(refused, 24);
    fclose(stream);
    lb_weights_close(weights);
    lb_free(cases);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logits_of_three_formats),
        cmocka_unit_test_setup_teardown(files_of_pytorch, test_setup, test_teardown)};
    return cmocka_run_group_tests_name("weights of PyTorch", tests, NULL, NULL);
}
