/* SPDX-License-Identifier: MIT */
#include "io_testing.h"

#include "lesionbench/npy.h"

/* A file with this version, header and data. */
static lb_status
read_with(lb_array *out, void **state, int version, const char *header, const void *data,
          size_t size, lb_error *err)
{
    char *path = test_path(state, "t.npy");
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    fwrite("\x93NUMPY", 1, 6, stream);
    fputc(version, stream);
    fputc(0, stream);
    for (size_t i = 0; i < (version == 1 ? 2u : 4u); i++) {
        fputc((int)(strlen(header) >> (8 * i) & 0xFF), stream);
    }
    fputs(header, stream);
    fwrite(data, 1, size, stream);
    fclose(stream);
    lb_status status = lb_npy_read(out, path, err);
    lb_free(path);
    return status;
}

static void
round_trip(void **state)
{
    lb_error err = {0};
    lb_array array = {0};
    const double data[6] = {1, 2, 3, -4, 5e300, 6};
    const size_t shape[2] = {2, 3};
    char *path = test_path(state, "a.npy");
    assert_ok(lb_npy_write(path, LB_F64, 2, shape, data, &err));
    assert_ok(lb_npy_read(&array, path, &err));
    assert_int_equal(array.type, LB_F64);
    assert_int_equal(array.rank, 2);
    assert_int_equal(array.shape[0], 2);
    assert_int_equal(array.shape[1], 3);
    assert_memory_equal(array.data, data, sizeof data);
    lb_array_release(&array);
    assert_ok(lb_npy_write(path, LB_U8, 0, NULL, data, &err));
    assert_ok(lb_npy_read(&array, path, &err));
    assert_int_equal(array.rank, 0);
    lb_array_release(&array);
    lb_free(path);
}

/* The bytes that numpy.save() gives for numpy.array([1, 2], dtype=numpy.int32). */
static void
exact_bytes(void **state)
{
    lb_error err = {0};
    const int32_t data[2] = {1, 2};
    const size_t shape = 2;
    char expected[128 + 8];
    memset(expected, ' ', sizeof expected);
    const char start[] =
        "\x93NUMPY\x01\0\x76\0{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }";
    memcpy(expected, start, sizeof start - 1);
    memcpy(expected + 127, "\n\1\0\0\0\2\0\0\0", 9);
    char *path = test_path(state, "a.npy"), *other = test_path(state, "b.npy");
    assert_ok(lb_npy_write(path, LB_I32, 1, &shape, data, &err));
    test_write_bytes(other, expected, sizeof expected);
    assert_same_bytes(path, other);
    lb_free(other);
    lb_free(path);
}

static void
versions_and_types(void **state)
{
    const struct {
        const char *descr;
        lb_type type;
        size_t size;
    } types[] = {{"|u1", LB_U8, 1},  {"|i1", LB_I8, 1},  {"<i4", LB_I32, 4}, {"<i8", LB_I64, 8},
                 {"<f4", LB_F32, 4}, {"<f8", LB_F64, 8}, {"|b1", LB_U8, 1}};
    const uint8_t data[24] = {1, 0, 1, 7, 9};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        lb_error err = {0};
        lb_array array = {0};
        char *header = lb_format(&err, "{\"shape\": (3,1), 'descr':'%s', 'fortran_order': False}\n",
                                 types[i].descr);
        assert_ok(
            read_with(&array, state, 1 + (int)(i % 3), header, data, 3 * types[i].size, &err));
        assert_int_equal(array.type, types[i].type);
        assert_int_equal(array.rank, 2);
        assert_int_equal(array.shape[0], 3);
        assert_memory_equal(array.data, data, 3 * types[i].size);
        lb_array_release(&array);
        lb_free(header);
    }
}

static void
hostile_headers_are_refused(void **state)
{
    const struct {
        const char *header, *message;
    } cases[] = {
        {"{'descr': '<f4', 'fortran_order': True, 'shape': (2, 1), }", "Fortran order"},
        {"{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", "type '>f4'"},
        {"{'descr': '<c8', 'fortran_order': False, 'shape': (2,), }", "type '<c8'"},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", "type '|O'"},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", "header"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", "asks for 12 bytes"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "asks for 4 bytes"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }",
         "t.npy: a size overflows"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387906,), }",
         "t.npy: a size overflows"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "header"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", "header"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,2), }", "header"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'shape': (2,), }", "header"},
        {"{'descr': '<f4', 'fortran_order': False}", "header"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2", "header"},
        {"{'descr': '<f4444444444444444444444444444444444', 'fortran_order': False}", "header"},
        {"", "header"},
    };
    const uint8_t data[8] = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lb_error err = {0};
        lb_array array = {0};
        assert_int_not_equal(read_with(&array, state, 1, cases[i].header, data, sizeof data, &err),
                             LB_OK);
        assert_message(&err, cases[i].message);
        assert_null(array.data);
    }
}

static void
truncated_files(void **state)
{
    lb_error err = {0};
    lb_array array = {0};
    const float data[3] = {1, 2, 3};
    const size_t shape = 3;
    char *path = test_path(state, "a.npy"), *cut = test_path(state, "b.npy");
    assert_ok(lb_npy_write(path, LB_F32, 1, &shape, data, &err));
    size_t size = test_file_size(path);
    for (size_t keep = 0; keep < size; keep++) {
        test_copy_damaged(path, cut, keep, SIZE_MAX);
        assert_int_equal(lb_npy_read(&array, cut, &err), LB_ERROR_FORMAT);
    }
    assert_int_equal(lb_npy_read(&array, "/nowhere.npy", &err), LB_ERROR_IO);
    assert_message(&err, "/nowhere.npy: No such file");
    assert_int_equal(lb_npy_read(&array, "/tmp", &err), LB_ERROR_IO);
    assert_null(array.data);
    lb_free(cut);
    lb_free(path);
}

/* Some rows at a time, in any order. */
static void
rows(void **state)
{
    lb_error err = {0};
    lb_npy *npy = NULL;
    const size_t shape[3] = {5, 2, 3};
    int32_t data[30], read[12] = {0};
    for (int32_t i = 0; i < 30; i++) {
        data[i] = 7 * i;
    }
    char *path = test_path(state, "rows.npy"), *cut = test_path(state, "cut.npy");
    assert_ok(lb_npy_write(path, LB_I32, 3, shape, data, &err));
    assert_ok(lb_npy_open(&npy, path, &err));
    assert_int_equal(lb_npy_header(npy)->type, LB_I32);
    assert_int_equal(lb_npy_header(npy)->shape[2], 3);
    assert_null(lb_npy_header(npy)->data);
    assert_ok(lb_npy_read_rows(read, npy, 3, 2, &err));
    assert_memory_equal(read, data + 18, 12 * sizeof *read);
    assert_ok(lb_npy_read_rows(read, npy, 0, 1, &err));
    assert_memory_equal(read, data, 6 * sizeof *read);
    assert_int_equal(lb_npy_read_rows(read, npy, 4, 2, &err), LB_ERROR_ARGUMENT);
    assert_message(&err, "rows.npy: has 5 rows, not rows 4 to 6");
    lb_npy_close(npy);
    test_copy_damaged(path, cut, test_file_size(path) - 1, SIZE_MAX);
    assert_int_equal(lb_npy_open(&npy, cut, &err), LB_ERROR_FORMAT);
    lb_npy_close(NULL);
    lb_free(cut);
    lb_free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(round_trip, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(exact_bytes, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(versions_and_types, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(hostile_headers_are_refused, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(rows, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(truncated_files, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("npy", tests, NULL, NULL);
}
