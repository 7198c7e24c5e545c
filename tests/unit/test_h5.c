/* SPDX-License-Identifier: MIT */
#include "io_testing.h"

#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lesionbench/atomic_file.h"
#include "lesionbench/h5.h"

/* Damaged files make HDF5 ask for absurd amounts of memory, which it expects to be denied. */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

/* It also forgets a few bytes each time. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
    return "leak:libhdf5";
}

static const float IMAGE[2][3] = {{1, 2, 3}, {4, 5, -6.5F}};
static const size_t SHAPE[2] = {2, 3};

/* One file of every kind of content. */
static lb_status
write_sample(const char *path, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    lb_h5 *file = NULL;
    const char *subjects[] = {"sub-1", "", "sub-\xc3\xa9"};
    const uint8_t labels[4] = {0, 1, 1, 0};
    const size_t count = 4;
    LB_TRY(lb_h5_create(&file, path, "sample", 1, context, err));
    LB_TRY(lb_h5_write(file, "train/image", LB_F32, 2, SHAPE, IMAGE, err));
    LB_TRY(lb_h5_reserve(file, "train/label", LB_U8, 1, &count, err));
    LB_TRY(lb_h5_write_rows(file, "train/label", LB_U8, 0, 2, labels, err));
    LB_TRY(lb_h5_write_rows(file, "train/label", LB_U8, 2, 2, labels + 2, err));
    LB_TRY(lb_h5_write_strings(file, "subject", 3, subjects, err));
    LB_TRY(lb_h5_set_text(file, "train", "split", "first", err));
    LB_TRY(lb_h5_set_text(file, "train", "split", "second", err));
    LB_TRY(lb_h5_set_number(file, "empty/group", "alpha", 0.25, err));
    LB_TRY(lb_h5_commit(file, err));
cleanup:
    lb_h5_close(file);
    return status;
}

static void
round_trip(void **state)
{
    lb_error err = {0};
    lb_h5 *file = NULL;
    lb_array array = {0};
    uint8_t labels[2] = {9, 9};
    char *text = NULL, **names = NULL;
    double number = 0;
    size_t count = 0;
    char *path = test_path(state, "a.h5");
    assert_ok(write_sample(path, NULL, &err));
    assert_ok(lb_h5_open(&file, path, "sample", &err));
    assert_ok(lb_h5_read(&array, file, "/train/image", LB_F64, &err));
    assert_int_equal(array.rank, 2);
    assert_int_equal(array.shape[1], 3);
    assert_close(((double *)array.data)[5], -6.5, 0, 0);
    lb_array_release(&array);
    assert_ok(lb_h5_read_rows(file, "train/label", LB_U8, 1, 2, labels, &err));
    assert_int_equal(labels[0], 1);
    assert_int_equal(labels[1], 1);
    assert_ok(lb_h5_get_text(&text, file, "train", "split", &err));
    assert_string_equal(text, "second");
    lb_free(text);
    assert_ok(lb_h5_get_number(&number, file, "empty/group", "alpha", &err));
    assert_close(number, 0.25, 0, 0);
    assert_ok(lb_h5_read_strings(&names, &count, file, "subject", &err));
    assert_int_equal(count, 3);
    assert_string_equal(names[1], "");
    assert_string_equal(names[2], "sub-\xc3\xa9");
    lb_h5_free_names(names, count);
    assert_ok(lb_h5_members(&names, &count, file, "", &err));
    assert_int_equal(count, 3);
    assert_string_equal(names[0], "empty");
    assert_string_equal(names[2], "train");
    lb_h5_free_names(names, count);
    assert_true(lb_h5_has(file, "train/label"));
    assert_true(lb_h5_has(file, "empty/group"));
    assert_false(lb_h5_has(file, "empty/other/deeper"));
    assert_true(lb_h5_has_attribute(file, "", "format_version"));
    assert_false(lb_h5_has_attribute(file, "", "provenance"));
    lb_h5_close(file);
    lb_free(path);
}

/* Rows that are added one by one, in a file that is the same each time. */
static void
rows_are_added(void **state)
{
    lb_error err = {0};
    char *paths[2] = {test_path(state, "a.h5"), test_path(state, "b.h5")};
    const size_t none[3] = {0, 2, 3};
    float read[6] = {0};
    size_t rank = 0, shape[LB_MAX_RANK];
    lb_h5 *file = NULL;
    for (int i = 0; i < 2; i++) {
        assert_ok(lb_h5_create(&file, paths[i], "sample", 1, NULL, &err));
        assert_ok(lb_h5_reserve_growing(file, "image", LB_F32, 3, none, &err));
        for (size_t row = 0; row < 40; row++) {
            float image[6] = {(float)row, 1, 2, 3, 4, 5};
            assert_ok(lb_h5_grow(file, "image", row + 1, &err));
            assert_ok(lb_h5_write_rows(file, "image", LB_F32, row, 1, image, &err));
        }
        assert_int_equal(lb_h5_grow(file, "imag", 1, &err), LB_ERROR_FORMAT);
        assert_ok(lb_h5_commit(file, &err));
        lb_h5_close(file);
    }
    assert_same_bytes(paths[0], paths[1]);
    assert_ok(lb_h5_open(&file, paths[0], "sample", &err));
    assert_ok(lb_h5_shape(&rank, shape, file, "image", &err));
    assert_int_equal(rank, 3);
    assert_int_equal(shape[0], 40);
    assert_int_equal(shape[2], 3);
    assert_ok(lb_h5_read_rows(file, "image", LB_F32, 39, 1, read, &err));
    assert_close(read[0], 39, 0, 0);
    assert_close(read[5], 5, 0, 0);
    lb_h5_close(file);
    lb_free(paths[1]);
    lb_free(paths[0]);
}

static void
same_content_same_bytes(void **state)
{
    lb_error err = {0};
    char *a = test_path(state, "a.h5"), *b = test_path(state, "b.h5");
    lb_context context = {.command_line = "lesionbench \"x\""};
    assert_ok(write_sample(a, &context, &err));
    sleep(1); /* a time stamp, if there were one, would differ now */
    assert_ok(write_sample(b, &context, &err));
    assert_same_bytes(a, b);
    lb_free(a);
    lb_free(b);
}

static void
provenance_is_json(void **state)
{
    lb_error err = {0};
    lb_h5 *file = NULL;
    char *text = NULL, *path = test_path(state, "a.h5");
    lb_context context = {.command_line = "lesionbench \"x\""};
    assert_ok(write_sample(path, &context, &err));
    assert_ok(lb_h5_open(&file, path, NULL, &err));
    assert_ok(lb_h5_get_text(&text, file, "/", "provenance", &err));
    assert_non_null(strstr(text, "\"command_line\":\"lesionbench \\\"x\\\"\""));
    assert_non_null(strstr(text, "\"libraries\":{\"hdf5\":\"1."));
    lb_free(text);
    lb_h5_close(file);
    lb_free(path);
}

static void
what_is_missing_is_named(void **state)
{
    lb_error err = {0};
    lb_h5 *file = NULL;
    lb_array array = {0};
    uint8_t labels[4];
    char *text = NULL, *path = test_path(state, "a.h5"), *other = test_path(state, "none.h5");
    assert_int_equal(lb_h5_open(&file, other, NULL, &err), LB_ERROR_IO);
    assert_message(&err, "none.h5: No such file or directory");
    assert_ok(write_sample(path, NULL, &err));
    assert_int_equal(lb_h5_open(&file, path, "dataset", &err), LB_ERROR_FORMAT);
    assert_message(&err, "is a \"sample\" file, but a \"dataset\" file is wanted");
    assert_null(file);
    assert_ok(lb_h5_open(&file, path, NULL, &err));
    assert_int_equal(lb_h5_read(&array, file, "holdout/image", LB_F32, &err), LB_ERROR_FORMAT);
    assert_message(&err, "no group \"holdout\" (there is: empty, subject, train)");
    assert_int_equal(lb_h5_read(&array, file, "train/imago", LB_F32, &err), LB_ERROR_FORMAT);
    assert_message(&err, "\"train/imago\" (there is: image, label)");
    assert_int_equal(lb_h5_read(&array, file, "train", LB_F32, &err), LB_ERROR_FORMAT);
    assert_int_equal(lb_h5_read(&array, file, "subject", LB_F32, &err), LB_ERROR_FORMAT);
    assert_message(&err, "does not hold numbers");
    assert_null(array.data);
    assert_int_equal(lb_h5_read_rows(file, "train/label", LB_U8, 3, 2, labels, &err),
                     LB_ERROR_ARGUMENT);
    assert_int_equal(lb_h5_get_text(&text, file, "train", "none", &err), LB_ERROR_FORMAT);
    assert_message(&err, "\"/train\" has no attribute \"none\"");
    assert_int_equal(lb_h5_get_text(&text, file, "", "format_version", &err), LB_ERROR_FORMAT);
    assert_null(text);
    lb_h5_close(file);
    lb_free(other);
    lb_free(path);
}

/* Every shorter file is refused; files with flipped bytes give an error or plain content. Text
 * attributes are left out: HDF5 1.10 trusts the heap that holds them. */
static void
damaged_files_are_refused(void **state)
{
    lb_error err = {0};
    lb_h5 *file = NULL;
    char *path = test_path(state, "a.h5"), *cut = test_path(state, "cut.h5");
    assert_ok(write_sample(path, NULL, &err));
    size_t size = test_file_size(path), refused = 0;
    for (size_t keep = 0; keep < size; keep += 97) {
        test_copy_damaged(path, cut, keep, SIZE_MAX);
        assert_int_equal(lb_h5_open(&file, cut, NULL, &err), LB_ERROR_FORMAT);
        assert_null(file);
    }
    for (size_t flip = 0; flip < size; flip += 11) {
        lb_array array = {0};
        test_copy_damaged(path, cut, size, flip);
        lb_status status = lb_h5_open(&file, cut, NULL, &err);
        if (status == LB_OK) {
            status = lb_h5_read(&array, file, "train/image", LB_F32, &err);
            lb_array_release(&array);
            lb_h5_close(file);
            file = NULL;
        }
        refused += status != LB_OK;
    }
    assert_true(refused > 10);
    lb_free(cut);
    lb_free(path);
}

static void
unfinished_files_vanish(void **state)
{
    lb_error err = {0};
    lb_h5 *file = NULL;
    char *path = test_path(state, "a.h5"), *partial = test_path(state, "a.h5.partial");
    char *nowhere = test_path(state, "none/a.h5");
    assert_ok(lb_h5_create(&file, path, "sample", 1, NULL, &err));
    assert_true(test_exists(partial));
    lb_h5_close(file);
    assert_false(test_exists(partial));
    assert_false(test_exists(path));
    assert_int_equal(lb_h5_create(&file, nowhere, "sample", 1, NULL, &err), LB_ERROR_IO);
    assert_message(&err, "none/a.h5: cannot write: No such file or directory");
    lb_free(nowhere);
    lb_free(partial);
    lb_free(path);
}

/* 0: created; 1: refused with the right message; 2: anything else. */
static int
create_in_a_child(const char *path)
{
    pid_t child = fork();
    if (child == 0) {
        lb_error err = {0};
        lb_h5 *file = NULL;
        lb_status status = lb_h5_create(&file, path, "sample", 1, NULL, &err);
        bool told = strstr(err.message, "a.h5: another process is writing it") != NULL;
        lb_h5_close(file);
        _exit(status == LB_OK ? 0 : (status == LB_ERROR_IO && told ? 1 : 2));
    }
    int ended = 0;
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFEXITED(ended));
    return WEXITSTATUS(ended);
}

static void
a_second_writer_is_refused(void **state)
{
    lb_error err = {0};
    lb_h5 *file = NULL;
    char *path = test_path(state, "a.h5"), *partial = test_path(state, "a.h5.partial");
    assert_ok(lb_h5_create(&file, path, "sample", 1, NULL, &err));
    assert_ok(lb_h5_write(file, "image", LB_F32, 2, SHAPE, IMAGE, &err));
    assert_int_equal(create_in_a_child(path), 1);
    assert_true(test_exists(partial));
    assert_ok(lb_h5_commit(file, &err));
    lb_h5_close(file);
    size_t size = test_file_size(path);
    assert_int_equal(create_in_a_child(path), 0);
    assert_false(test_exists(partial));
    assert_int_equal(test_file_size(path), size);
    assert_ok(lb_h5_open(&file, path, "sample", &err));
    lb_h5_close(file);
    lb_free(partial);
    lb_free(path);
}

/* A limit on the size of files stands in for a full disk. In a child, which must end by itself. */
static void
full_disk_is_noticed(void **state)
{
    char *path = test_path(state, "a.h5");
    pid_t child = fork();
    if (child == 0) {
        lb_error err = {0};
        lb_h5 *file = NULL;
        const size_t shape[2] = {1000, 1000};
        double *data = lb_alloc(1000000, sizeof *data, &err);
        struct rlimit limit = {100000, 100000};
        alarm(20);
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        lb_status status = lb_h5_create(&file, path, "sample", 1, NULL, &err);
        if (status == LB_OK) {
            status = lb_h5_write(file, "big", LB_F64, 2, shape, data, &err);
            bool told = status == LB_ERROR_IO && strstr(err.message, "File too large") != NULL;
            status = told && lb_h5_commit(file, &err) != LB_OK ? LB_ERROR_IO : LB_OK;
        }
        lb_h5_close(file);
        lb_free(data);
        lb_free(path);
        exit(status == LB_ERROR_IO ? 0 : 1);
    }
    int ended = 0;
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFEXITED(ended));
    assert_int_equal(WEXITSTATUS(ended), 0);
    char *partial = test_path(state, "a.h5.partial");
    assert_false(test_exists(path));
    assert_false(test_exists(partial));
    lb_free(partial);
    lb_free(path);
}

/* HDF5 alone would read 255 for 256, 0 for -1 and for 0.7, and infinity for 1e300. */
static void
what_does_not_fit_is_refused(void **state)
{
    lb_error err;
    lb_h5 *file = NULL;
    lb_array array = {0};
    const size_t count = 3;
    const int64_t whole[] = {0, 255, 7}, large[] = {0, 256, 7}, below[] = {0, -1, 7};
    const int64_t huge[] = {0, (int64_t)1 << 40, 7};
    const double real[] = {0, 255, 7}, part[] = {0, 0.7, 7}, none[] = {0, NAN, 7};
    const double beyond[] = {0, 1e300, 7}, infinite[] = {0, -INFINITY, NAN};
    static const struct {
        const char *name, *words; /* words NULL: it fits */
        lb_type stored, read;
    } CASES[] = {
        {"whole", NULL, LB_I64, LB_U8},
        {"large", "a value that is not within whole numbers from 0 to 255", LB_I64, LB_U8},
        {"below", "whole numbers from 0 to 255", LB_I64, LB_U8},
        {"huge", "whole numbers of 32 bits", LB_I64, LB_I32},
        {"real", NULL, LB_F64, LB_U8},
        {"part", "whole numbers from 0 to 255", LB_F64, LB_U8},
        {"none", "whole numbers of 32 bits", LB_F64, LB_I32},
        {"beyond", "float32's range", LB_F64, LB_F32},
        {"infinite", NULL, LB_F64, LB_F32},
    };
    const void *const values[] = {whole, large, below, huge, real, part, none, beyond, infinite};
    char *path = test_path(state, "fit.h5");
    assert_ok(lb_h5_create(&file, path, "sample", 1, NULL, &err));
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        assert_ok(lb_h5_write(file, CASES[i].name, CASES[i].stored, 1, &count, values[i], &err));
    }
    assert_ok(lb_h5_commit(file, &err));
    lb_h5_close(file);
    assert_ok(lb_h5_open(&file, path, "sample", &err));
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        double row = 0;
        lb_type stored = LB_U8;
        const char *name = CASES[i].name;
        lb_status wanted = CASES[i].words == NULL ? LB_OK : LB_ERROR_FORMAT;
        assert_ok(lb_h5_stored(&stored, file, name, &err));
        assert_int_equal(stored, CASES[i].stored);
        assert_int_equal(lb_h5_read_rows(file, name, CASES[i].read, 1, 1, &row, &err), wanted);
        assert_int_equal(lb_h5_read(&array, file, name, CASES[i].read, &err), wanted);
        if (wanted != LB_OK) {
            assert_message(&err, CASES[i].words);
            assert_message(&err, name);
        }
        lb_array_release(&array);
    }
    lb_h5_close(file);
    lb_free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(round_trip, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(what_does_not_fit_is_refused, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(rows_are_added, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(same_content_same_bytes, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(provenance_is_json, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(what_is_missing_is_named, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(damaged_files_are_refused, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(unfinished_files_vanish, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(a_second_writer_is_refused, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(full_disk_is_noticed, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("h5", tests, NULL, NULL);
}
