/* SPDX-License-Identifier: MIT */
#include "io_testing.h"

#include "lesionbench/safetensors.h"

static const float WEIGHT[6] = {1, -2, 3.5F, 0, 1e-30F, -1e30F};
static const float BIAS[2] = {0.25F, -0.5F};

static lb_status
write_sample(const char *path, lb_error *err)
{
    const lb_tensor tensors[] = {
        {.name = "features.0.weight", .rank = 2, .shape = {2, 3}, .data = WEIGHT},
        {.name = "features.0.bias", .rank = 1, .shape = {2}, .data = BIAS},
        {.name = "scalar", .rank = 0, .data = WEIGHT + 2},
    };
    const char *keys[] = {"architecture", "seed"}, *values[] = {"vgg11 \"x\"", "3"};
    return lb_tensors_write(path, tensors, 3, keys, values, 2, err);
}

static void
round_trip(void **state)
{
    lb_error err = {0};
    lb_tensors *file = NULL;
    char *path = test_path(state, "a.safetensors");
    assert_ok(write_sample(path, &err));
    assert_ok(lb_tensors_open(&file, path, &err));
    assert_int_equal(lb_tensors_count(file), 3);
    const lb_tensor *weight = lb_tensors_at(file, 0);
    assert_string_equal(weight->name, "features.0.weight");
    assert_string_equal(weight->type, "F32");
    assert_int_equal(weight->rank, 2);
    assert_int_equal(weight->shape[1], 3);
    assert_memory_equal(weight->data, WEIGHT, sizeof WEIGHT);
    assert_memory_equal(lb_tensors_find(file, "features.0.bias")->data, BIAS, sizeof BIAS);
    assert_int_equal(lb_tensors_find(file, "scalar")->rank, 0);
    assert_null(lb_tensors_find(file, "features.0"));
    assert_null(lb_tensors_at(file, 3));
    assert_string_equal(lb_tensors_metadata(file, "architecture"), "vgg11 \"x\"");
    assert_null(lb_tensors_metadata(file, "none"));
    lb_tensors_close(file);
    lb_free(path);
}

/* The bytes that the format's description asks for, written out by hand. */
static void
exact_bytes(void **state)
{
    lb_error err = {0};
    const lb_tensor tensor = {.name = "b", .rank = 1, .shape = {2}, .data = BIAS};
    char *path = test_path(state, "a.safetensors"), *expected = test_path(state, "b.safetensors");
    const char bytes[] = "\x38\0\0\0\0\0\0\0"
                         "{\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}  "
                         "\0\0\x80\x3e\0\0\0\xbf";
    assert_ok(lb_tensors_write(path, &tensor, 1, NULL, NULL, 0, &err));
    test_write_bytes(expected, bytes, sizeof bytes - 1);
    assert_same_bytes(path, expected);
    lb_free(expected);
    lb_free(path);
}

/* A file with this header and so many bytes of data. */
static lb_status
open_with(void **state, const char *header, size_t data, lb_error *err)
{
    lb_tensors *file = NULL;
    char *path = test_path(state, "t.safetensors");
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    for (size_t i = 0; i < 8; i++) {
        fputc((int)(strlen(header) >> (8 * i) & 0xFF), stream);
    }
    fputs(header, stream);
    for (size_t i = 0; i < data; i++) {
        fputc(0, stream);
    }
    fclose(stream);
    lb_status status = lb_tensors_open(&file, path, err);
    lb_tensors_close(file);
    lb_free(path);
    return status;
}

static void
hostile_headers_are_refused(void **state)
{
    lb_error err = {0};
    const struct {
        const char *header, *message;
        size_t data;
    } cases[] = {
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} x", "not JSON", 8},
        {"[]", "not JSON", 0},
        {"{\"a\":{\"dtype\":\"F31\",\"shape\":[2],\"data_offsets\":[0,8]}}", "known type", 8},
        {"{\"a\":5}", "known type", 0},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", "truncated", 7},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", "no tensor", 9},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", "shape wants 12", 8},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", "impossible", 8},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,6]}}", "impossible", 8},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}",
         "overflows", 0},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,4]}}",
         "more than 8 axes", 4},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", "offsets", 8},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", "gap", 12},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
         "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}",
         "overlaps", 3},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
         "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}",
         "two tensors", 2},
        {"{\"__metadata__\":{\"a\":1}}", "not all text", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_not_equal(open_with(state, cases[i].header, cases[i].data, &err), LB_OK);
        assert_message(&err, cases[i].message);
    }
    assert_ok(open_with(state, "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0,
                        &err));
}

static void
floats_that_are_not_aligned(void **state)
{
    lb_error err = {0};
    lb_tensors *file = NULL;
    char *path = test_path(state, "a.safetensors");
    const char bytes[] = "\x36\0\0\0\0\0\0\0"
                         "{\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}"
                         "\0\0\x80\x3e\0\0\0\xbf";
    test_write_bytes(path, bytes, sizeof bytes - 1);
    assert_ok(lb_tensors_open(&file, path, &err));
    assert_null(lb_tensors_find(file, "b")->data);
    assert_memory_equal(lb_tensors_find(file, "b")->bytes, BIAS, sizeof BIAS);
    lb_tensors_close(file);
    lb_free(path);
}

static void
damaged_files(void **state)
{
    lb_error err = {0};
    lb_tensors *file = NULL;
    char *path = test_path(state, "a.safetensors"), *cut = test_path(state, "b.safetensors");
    assert_ok(write_sample(path, &err));
    size_t size = test_file_size(path);
    for (size_t keep = 0; keep < size; keep++) {
        test_copy_damaged(path, cut, keep, SIZE_MAX);
        assert_int_equal(lb_tensors_open(&file, cut, &err), LB_ERROR_FORMAT);
        assert_null(file);
    }
    for (size_t flip = 0; flip < size; flip++) {
        test_copy_damaged(path, cut, size, flip);
        if (lb_tensors_open(&file, cut, &err) == LB_OK) {
            lb_tensors_close(file);
            file = NULL;
        }
    }
    assert_int_equal(lb_tensors_open(&file, "/nowhere.safetensors", &err), LB_ERROR_IO);
    assert_message(&err, "/nowhere.safetensors: No such file");
    lb_free(cut);
    lb_free(path);
}

/* A network written by PyTorch's users; figures read with NumPy. */
static void
golden_network(void **state)
{
    (void)state;
    const char *path = LB_SHARED "/golden/attribution/vgg16.safetensors";
    skip_without(path);
    lb_error err = {0};
    lb_tensors *file = NULL;
    assert_ok(lb_tensors_open(&file, path, &err));
    assert_int_equal(lb_tensors_count(file), 32);
    const lb_tensor *weight = lb_tensors_find(file, "features.0.weight");
    assert_non_null(weight);
    assert_int_equal(weight->rank, 4);
    double sum = 0;
    for (size_t i = 0; i < 108; i++) {
        sum += (double)weight->data[i];
    }
    assert_close(weight->data[0], -0.389708877, 0, 1e-7);
    assert_close(sum, 2.67007535, 1e-6, 0);
    lb_tensors_close(file);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(round_trip, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(exact_bytes, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(hostile_headers_are_refused, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(floats_that_are_not_aligned, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(damaged_files, test_setup, test_teardown),
        cmocka_unit_test(golden_network),
    };
    return cmocka_run_group_tests_name("safetensors", tests, NULL, NULL);
}
