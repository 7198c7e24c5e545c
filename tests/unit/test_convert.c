/* SPDX-License-Identifier: MIT */
#include "pickle_testing.h"

#include "lesionbench/convert.h"
#include "lesionbench/h5.h"
#include "lesionbench/npy.h"

/* A pickle of these bytes as an open HDF5 file; NULL with err set where it cannot be. */
static lb_h5 *
convert_bytes(void **state, const char *bytes, size_t size, lb_error *err)
{
    lb_h5 *file = NULL;
    char *in = test_path(state, "t.pkl"), *out = test_path(state, "t.h5");
    test_write_bytes(in, bytes, size);
    if (lb_convert(in, out, NULL, err) == LB_OK) {
        assert_int_equal(lb_h5_open(&file, out, "converted", err), LB_OK);
    }
    lb_free(out);
    lb_free(in);
    return file;
}

static void
assert_numbers(lb_h5 *file, const char *name, size_t rank, size_t count, const double *expected)
{
    lb_error err = {0};
    lb_array array = {0};
    assert_ok(lb_h5_read(&array, file, name, LB_F64, &err));
    assert_int_equal(array.rank, rank);
    assert_int_equal(lb_array_count(&array), count);
    assert_memory_equal(array.data, expected, count * sizeof *expected);
    lb_array_release(&array);
}

static void
assert_kind(lb_h5 *file, const char *group, const char *expected)
{
    lb_error err = {0};
    char *kind = NULL;
    assert_ok(lb_h5_get_text(&kind, file, group, "kind", &err));
    assert_string_equal(kind, expected);
    lb_free(kind);
}

static void
assert_strings(lb_h5 *file, const char *name, size_t count, const char *const *expected)
{
    lb_error err = {0};
    char **strings = NULL;
    size_t found = 0;
    assert_ok(lb_h5_read_strings(&strings, &found, file, name, &err));
    assert_int_equal(found, count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(strings[i], expected[i]);
    }
    lb_h5_free_names(strings, found);
}

#define CONVERT(literal) convert_bytes(state, (literal), sizeof(literal) - 1, &err)

static void
a_tree_of_groups(void **state)
{
    lb_error err = {0};
    lb_h5 *file =
        CONVERT("}(U\1a(K\1K\2lU\1b(N(F2.5\nU\2xytC\2\1\2]tK\7(U\1pU\1qlU\1c\x8f(K\3\x90U\1d}u.");
    assert_non_null(file);
    assert_kind(file, "", "dict");
    assert_numbers(file, "a", 1, 2, (double[]){1, 2});
    assert_kind(file, "b", "tuple");
    assert_kind(file, "b/0", "None");
    assert_kind(file, "b/1", "tuple");
    assert_numbers(file, "b/1/0", 0, 1, (double[]){2.5});
    assert_strings(file, "b/1/1", 1, (const char *[]){"xy"});
    assert_numbers(file, "b/2", 1, 2, (double[]){1, 2});
    assert_kind(file, "b/3", "list");
    assert_strings(file, "7", 2, (const char *[]){"p", "q"});
    assert_numbers(file, "c", 1, 1, (double[]){3});
    assert_kind(file, "d", "dict");
    lb_h5_close(file);
}

static void
lesions_as_groups(void **state)
{
    lb_error err = {0};
    lb_h5 *file = NULL;
    char *out = test_path(state, "t.h5");
    assert_ok(lb_convert(PICKLES "round.pkl", out, NULL, &err));
    assert_ok(lb_h5_open(&file, out, "converted", &err));
    assert_kind(file, "", "list");
    assert_kind(file, "1", "list");
    assert_numbers(file, "0/0", 2, 6, (double[]){0, 0.5, 0, 0.25, 1, 0.25});
    assert_numbers(file, "0/1", 0, 1, (double[]){0.857});
    assert_numbers(file, "1/0", 2, 6, (double[]){0, 0.125, 0.25, 0.5, 0, 0.125});
    lb_h5_close(file);
    lb_free(out);
}

static void
single_values(void **state)
{
    lb_error err = {0};
    lb_h5 *file = CONVERT("K\5.");
    assert_numbers(file, "data", 0, 1, (double[]){5});
    lb_h5_close(file);
    file = CONVERT("(K\5K\6t.");
    assert_numbers(file, "data", 1, 2, (double[]){5, 6});
    lb_h5_close(file);
}

static void
npy_files(void **state)
{
    lb_error err = {0};
    lb_h5 *file = NULL;
    lb_array array = {0};
    const float data[6] = {1, 2, 3, 4, 5, 6};
    const size_t shape[2] = {2, 3};
    char *npy = test_path(state, "a.npy"), *h5 = test_path(state, "a.h5");
    assert_ok(lb_npy_write(npy, LB_F32, 2, shape, data, &err));
    assert_ok(lb_convert(npy, h5, NULL, &err));
    assert_ok(lb_h5_open(&file, h5, "converted", &err));
    assert_numbers(file, "data", 2, 6, (double[]){1, 2, 3, 4, 5, 6});
    lb_h5_close(file);
    char *pickle = test_path(state, "t.pkl");
    test_write_bytes(pickle, "(K\1F2.5\nl.", 10);
    assert_ok(lb_convert(pickle, npy, NULL, &err));
    assert_ok(lb_npy_read(&array, npy, &err));
    assert_int_equal(array.type, LB_F64);
    assert_int_equal(array.rank, 1);
    assert_true(((double *)array.data)[1] == 2.5);
    lb_array_release(&array);
    lb_free(pickle);
    lb_free(h5);
    lb_free(npy);
}

/* Several parts of the file, one number, and none. */
static void
npy_files_of_any_size(void **state)
{
    enum { ROWS = 1500, COLUMNS = 1000 };
    static double data[ROWS * COLUMNS];
    const struct {
        size_t rank, shape[2], count;
    } cases[] = {{2, {ROWS, COLUMNS}, ROWS * COLUMNS},
                 {2, {1, ROWS * COLUMNS}, ROWS * COLUMNS},
                 {1, {ROWS * COLUMNS}, ROWS * COLUMNS},
                 {0, {0}, 1},
                 {2, {0, 3}, 0},
                 {2, {3, 0}, 0}};
    char *npy = test_path(state, "a.npy"), *h5 = test_path(state, "a.h5");
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        data[i] = (double)i / 7;
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lb_error err = {0};
        lb_h5 *file = NULL;
        assert_ok(lb_npy_write(npy, LB_F64, cases[i].rank, cases[i].shape, data, &err));
        assert_ok(lb_convert(npy, h5, NULL, &err));
        assert_ok(lb_h5_open(&file, h5, "converted", &err));
        assert_numbers(file, "data", cases[i].rank, cases[i].count, data);
        lb_h5_close(file);
    }
    lb_free(h5);
    lb_free(npy);
}

static void
assert_left_nothing(void **state)
{
    char *out = test_path(state, "t.h5"), *partial = test_path(state, "t.h5.partial");
    assert_int_not_equal(access(out, F_OK), 0);
    assert_int_not_equal(access(partial, F_OK), 0);
    lb_free(partial);
    lb_free(out);
}

static void
what_cannot_be_converted(void **state)
{
    const struct {
        const char *bytes;
        size_t size;
        const char *message;
    } cases[] = {
#define CASE(literal, message) {literal, sizeof(literal) - 1, message}
        CASE("cposix\nsystem\n(S'true'\ntR.", "t.pkl: byte 0: asks for 'posix.system'"),
        CASE("}U\3a/bK\1s.", "t.pkl: '': a key that cannot be a name in HDF5 (a text: 'a/b'"),
        CASE("}U\1a}U\1.K\1ss.", "t.pkl: 'a': a key that cannot be a name"),
        CASE("}U\0K\1s.", "cannot be a name"),
        CASE("}U\2a\0K\1s.", "cannot be a name"),
        CASE("}(K\1tK\1s.", "cannot be a name in HDF5 (a tuple;"),
        CASE("}(U\1aK\1U\1aK\2u.", "'a': a key that is there twice"),
        CASE("}(U\0011K\1K\1K\2u.", "'1': a key that is there twice"),
        CASE("U\3a\0b.", "'data': a text with a zero byte"),
        CASE("cnumpy.core.numeric\n_frombuffer\n(C\10\0\0\0\0\0\0\0\x80"
             "cnumpy\ndtype\n(U\2u8tR(K\1tU\1CtR.",
             "t.pkl: 'data': holds a whole number that does not fit"),
        CASE("(U\7storagectorch\nLongStorage\nU\1aU\3cpuK\3NtQ.",
             "t.pkl: 'data': is a tensor whose numbers are in another file"),
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lb_error err = {0};
        assert_null(convert_bytes(state, cases[i].bytes, cases[i].size, &err));
        assert_message(&err, cases[i].message);
        assert_left_nothing(state);
    }
}

/* A list of lists of ... of one long text: a few bytes that would fill a disk. */
static void
laughs_do_not_fill_the_disk(void **state)
{
    enum { TEXT = 60000, LEVELS = 4 };
    static char bytes[TEXT + 1000];
    lb_error err = {0};
    const char start[] = {'X', (char)(TEXT & 0xFF), (char)(TEXT >> 8), 0, 0};
    size_t used = sizeof start;
    memcpy(bytes, start, used);
    memset(bytes + used, 'a', TEXT);
    used += TEXT;
    for (int level = 0; level < LEVELS; level++) {
        const char put[] = {'q', (char)level, '0', '('};
        memcpy(bytes + used, put, sizeof put);
        used += sizeof put;
        for (int i = 0; i < 10; i++) {
            bytes[used++] = 'h';
            bytes[used++] = (char)level;
        }
        bytes[used++] = 't';
    }
    bytes[used++] = '.';
    assert_null(convert_bytes(state, bytes, used, &err));
    assert_message(&err, "t.pkl: refers to the same values so often");
    assert_left_nothing(state);
}

/* The content says what a file is; the name does where the content says nothing. */
static void
files_that_cannot_be_converted(void **state)
{
    static const char model[16] = {2, 0, 0, 0, 0, 0, 0, 0, '{', '}'};
    const struct {
        const char *in, *out, *bytes, *message;
    } cases[] = {{"a.pth", "b.h5", "text", "a.pth: models are converted to .safetensors alone"},
                 {"a.pt", "b.safetensors", "text", "a.pt: models are"},
                 {"model.npy", "b.h5", model, "model.npy: models are converted"},
                 {"a.npy", "b.npy", "text", "a.npy: cannot be converted to "},
                 {"a.h5", "b.npy", "text", "a.h5: cannot be converted to "},
                 {"a.pkl", "b", "text", "a.pkl: cannot be converted to "},
                 {".npy", "b.h5", "text", ".npy: cannot be converted"},
                 {"nowhere.pkl", "b.h5", NULL, "nowhere.pkl: No such file"},
                 {"nowhere.npy", "b.h5", NULL, "nowhere.npy: No such file"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lb_error err = {0};
        char *in = test_path(state, cases[i].in), *out = test_path(state, cases[i].out);
        if (cases[i].bytes != NULL) {
            test_write_bytes(in, cases[i].bytes, cases[i].bytes == model ? sizeof model : 4);
        }
        assert_int_not_equal(lb_convert(in, out, NULL, &err), LB_OK);
        assert_message(&err, cases[i].message);
        lb_free(out);
        lb_free(in);
    }
}

/* An array under the name of a pickle. */
static void
content_counts(void **state)
{
    lb_error err = {0};
    lb_h5 *file = NULL;
    const size_t shape[] = {2};
    const double values[] = {1, 2};
    char *in = test_path(state, "array.pkl"), *out = test_path(state, "array.h5");
    assert_ok(lb_npy_write(in, LB_F64, 1, shape, values, &err));
    assert_ok(lb_convert(in, out, NULL, &err));
    assert_ok(lb_h5_open(&file, out, "converted", &err));
    assert_numbers(file, "data", 1, 2, values);
    lb_h5_close(file);
    lb_free(out);
    lb_free(in);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_tree_of_groups, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(lesions_as_groups, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(single_values, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(npy_files, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(npy_files_of_any_size, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_converted, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(laughs_do_not_fill_the_disk, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(files_that_cannot_be_converted, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(content_counts, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("convert", tests, NULL, NULL);
}
