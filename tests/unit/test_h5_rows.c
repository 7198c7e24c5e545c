/* SPDX-License-Identifier: MIT */
/* Rows of HDF5 datasets that go straight from and to the file, and those that cannot. */
#include "io_testing.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lesionbench/h5.h"

/* HDF5 forgets a few bytes each time. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
    return "leak:libhdf5";
}

enum { ROWS = 64, COLUMNS = 5000 };

static void
fill(float *row, size_t index)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        row[i] = (float)(index * 7 + i % 1000);
    }
}

static void
assert_row(const float *row, size_t index)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        assert_true(row[i] == (float)(index * 7 + i % 1000));
    }
}

/* Rows written by several threads, in any order, as `type`, between what HDF5 itself writes. */
static void
write_file(const char *path, lb_type type, bool straight)
{
    lb_error err;
    lb_h5 *file = NULL;
    lb_h5_rows *rows = NULL;
    const size_t shape[2] = {ROWS, COLUMNS}, two[1] = {2};
    const uint8_t labels[2] = {3, 4};
    int failed = 0;
    assert_ok(lb_h5_create(&file, path, "sample", 1, NULL, &err));
    assert_ok(lb_h5_write(file, "train/before", LB_U8, 1, two, labels, &err));
    assert_ok(lb_h5_reserve(file, "train/image", type, 2, shape, &err));
    assert_ok(lb_h5_rows_open(&rows, file, "train/image", LB_F32, &err));
#pragma omp parallel for schedule(dynamic) num_threads(3) reduction(+ : failed)
    for (size_t i = 0; i < ROWS; i++) {
        lb_error mine;
        float row[COLUMNS];
        size_t index = i * 29 % ROWS;
        fill(row, index);
        failed += (straight ? lb_h5_rows_write(rows, index, 1, row, &mine)
                            : lb_h5_write_rows(file, "train/image", LB_F32, index, 1, row,
                                               &mine)) != LB_OK;
    }
    assert_int_equal(failed, 0);
    float row[COLUMNS] = {0};
    assert_int_equal(lb_h5_rows_write(rows, ROWS, 1, row, &err), LB_ERROR_ARGUMENT);
    assert_int_equal(lb_h5_rows_write(rows, 1, SIZE_MAX, row, &err), LB_ERROR_ARGUMENT);
    assert_message(&err, "train/image");
    lb_h5_rows_close(rows);
    assert_ok(lb_h5_write(file, "after", LB_U8, 1, two, labels, &err));
    assert_ok(lb_h5_commit(file, &err));
    lb_h5_close(file);
}

static void
assert_file(const char *path)
{
    lb_error err;
    lb_h5 *file = NULL;
    lb_h5_rows *rows = NULL;
    lb_array all = {0};
    static float two[2 * COLUMNS];
    assert_ok(lb_h5_open(&file, path, "sample", &err));
    assert_ok(lb_h5_read(&all, file, "train/image", LB_F32, &err));
    assert_ok(lb_h5_rows_open(&rows, file, "train/image", LB_F32, &err));
    for (size_t i = 0; i < ROWS; i++) {
        assert_row((const float *)all.data + i * COLUMNS, i);
        size_t first = i < ROWS - 1 ? i : ROWS - 2;
        assert_ok(lb_h5_rows_read(rows, first, 2, two, &err));
        assert_row(two, first);
        assert_row(two + COLUMNS, first + 1);
    }
    assert_int_equal(lb_h5_rows_read(rows, ROWS - 1, 2, two, &err), LB_ERROR_ARGUMENT);
    lb_h5_rows_close(rows);
    lb_array_release(&all);
    lb_h5_close(file);
}

static void
straight_rows_are_hdf5_s_own(void **state)
{
    char *straight = test_path(state, "straight.h5"), *through = test_path(state, "through.h5");
    write_file(straight, LB_F32, true);
    write_file(through, LB_F32, false);
    assert_same_bytes(straight, through);
    assert_file(straight);
    lb_free(through);
    lb_free(straight);
}

/* Another type is converted, by HDF5. */
static void
rows_of_another_type(void **state)
{
    char *path = test_path(state, "double.h5");
    write_file(path, LB_F64, true);
    assert_file(path);
    lb_free(path);
}

/* Datasets in pieces, by HDF5 as well. */
static void
rows_of_growing_datasets(void **state)
{
    lb_error err;
    lb_h5 *file = NULL;
    lb_h5_rows *rows = NULL;
    const size_t shape[2] = {3, COLUMNS}, none[1] = {0};
    static float row[COLUMNS];
    char *path = test_path(state, "growing.h5");
    assert_ok(lb_h5_create(&file, path, "sample", 1, NULL, &err));
    assert_ok(lb_h5_reserve_growing(file, "image", LB_F32, 2, shape, &err));
    assert_ok(lb_h5_write(file, "empty", LB_F32, 1, none, row, &err));
    assert_ok(lb_h5_rows_open(&rows, file, "image", LB_F32, &err));
    fill(row, 1);
    assert_ok(lb_h5_rows_write(rows, 1, 1, row, &err));
    fill(row, 2);
    assert_ok(lb_h5_rows_write(rows, 2, 1, row, &err));
    lb_h5_rows_close(rows);
    assert_ok(lb_h5_commit(file, &err));
    lb_h5_close(file);
    assert_ok(lb_h5_open(&file, path, "sample", &err));
    assert_ok(lb_h5_rows_open(&rows, file, "image", LB_F32, &err));
    assert_ok(lb_h5_rows_read(rows, 1, 1, row, &err));
    assert_row(row, 1);
    lb_h5_rows_close(rows);
    assert_ok(lb_h5_rows_open(&rows, file, "empty", LB_F32, &err));
    assert_ok(lb_h5_rows_read(rows, 0, 0, row, &err));
    assert_int_equal(lb_h5_rows_read(rows, 0, 1, row, &err), LB_ERROR_ARGUMENT);
    lb_h5_rows_close(rows);
    assert_int_equal(lb_h5_rows_open(&rows, file, "imag", LB_F32, &err), LB_ERROR_FORMAT);
    lb_h5_close(file);
    lb_free(path);
}

/* A file that is cut while it is open, and one that was before. */
static void
truncated_files_are_refused(void **state)
{
    lb_error err;
    lb_h5 *file = NULL;
    lb_h5_rows *rows = NULL;
    static float row[COLUMNS];
    char *path = test_path(state, "a.h5"), *cut = test_path(state, "cut.h5");
    write_file(path, LB_F32, true);
    size_t size = test_file_size(path);
    assert_ok(lb_h5_open(&file, path, "sample", &err));
    assert_ok(lb_h5_rows_open(&rows, file, "train/image", LB_F32, &err));
    assert_int_equal(truncate(path, (off_t)size / 2), 0);
    assert_ok(lb_h5_rows_read(rows, 0, 1, row, &err));
    assert_int_equal(lb_h5_rows_read(rows, ROWS - 1, 1, row, &err), LB_ERROR_FORMAT);
    assert_message(&err, "truncated");
    lb_h5_rows_close(rows);
    lb_h5_close(file);
    test_copy_damaged(path, cut, size / 4, SIZE_MAX);
    assert_int_equal(lb_h5_open(&file, cut, "sample", &err), LB_ERROR_FORMAT);
    lb_free(cut);
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
        lb_h5_rows *rows = NULL;
        static float row[COLUMNS];
        const size_t shape[2] = {ROWS, COLUMNS};
        struct rlimit limit = {200000, 200000};
        alarm(20);
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        lb_status status = lb_h5_create(&file, path, "sample", 1, NULL, &err);
        status = status != LB_OK ? status : lb_h5_reserve(file, "i", LB_F32, 2, shape, &err);
        status = status != LB_OK ? status : lb_h5_rows_open(&rows, file, "i", LB_F32, &err);
        status = status != LB_OK ? status : lb_h5_rows_write(rows, 1, 1, row, &err);
        bool wrote = status == LB_OK;
        status = wrote ? lb_h5_rows_write(rows, ROWS - 1, 1, row, &err) : LB_OK;
        bool told = status == LB_ERROR_IO && strstr(err.message, "File too large") != NULL;
        lb_h5_rows_close(rows);
        lb_h5_close(file);
        lb_free(path);
        exit(wrote && told ? 0 : 1);
    }
    int ended = 0;
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFEXITED(ended));
    assert_int_equal(WEXITSTATUS(ended), 0);
    lb_free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(straight_rows_are_hdf5_s_own, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(rows_of_another_type, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(rows_of_growing_datasets, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(truncated_files_are_refused, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(full_disk_is_noticed, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("HDF5 rows", tests, NULL, NULL);
}
