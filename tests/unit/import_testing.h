/* SPDX-License-Identifier: MIT */
/* Small heads, tables and arrays in folders, and imports of them. Define _XOPEN_SOURCE as 700
 * before the first include: nftw(). */
#ifndef LB_TESTS_IMPORT_TESTING_H
#define LB_TESTS_IMPORT_TESTING_H

#include "nifti_testing.h"

#include <ftw.h>
#include <sys/stat.h>

#include "lesionbench/atomic_file.h"
#include "lesionbench/import.h"
#include "lesionbench/slices.h"

/* Folders in folders, and what the tests ask of them. */

static inline int
remove_entry(const char *path, const struct stat *about, int flag, struct FTW *place)
{
    (void)about;
    (void)flag;
    (void)place;
    return remove(path);
}

static inline int
import_teardown(void **state)
{
    int failed = nftw(*state, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    lb_free(*state);
    return failed;
}

/* A path in the test's folder, whose folders are made; lb_free() it. */
static inline char *
make_path(void **state, const char *name)
{
    lb_error err = {0};
    char *path = test_path(state, name);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    assert_ok(lb_make_directories(path, &err));
    *slash = '/';
    return path;
}

static inline void
put_head(void **state, const char *name, const head_file *file)
{
    char *path = make_path(state, name);
    write_head(path, file);
    lb_free(path);
}

static inline void
put_text(void **state, const char *name, const char *text)
{
    char *path = make_path(state, name);
    test_write_bytes(path, text, strlen(text));
    lb_free(path);
}

enum { MAX_PATHS = 8 };

/* Of a fixture f. */
#define assert_fine(expression)            \
    do {                                   \
        if ((expression) != LB_OK) {       \
            fail_msg("%s", f.err.message); \
        }                                  \
    } while (0)

/* One import into out.h5: options that fit the small heads, paths below the test's folder. */
typedef struct fixture {
    lb_import_options options;
    char *paths[MAX_PATHS];
    const char *pointers[MAX_PATHS];
    char *out;
    lb_import_report report;
    lb_error err;
    lb_slices *slices;
} fixture;

static inline void
start(fixture *f, void **state, const char *first, const char *second)
{
    const char *const names[2] = {first, second};
    *f = (fixture){.out = test_path(state, "out.h5")};
    lb_import_defaults(&f->options);
    f->options.height = 24;
    f->options.width = 32;
    f->options.voxel = 2;
    f->options.minimum_brain = 0.25;
    f->options.slices_per_subject = 3;
    for (size_t i = 0; i < 2 && names[i] != NULL; i++) {
        f->paths[i] = test_path(state, names[i]);
        f->pointers[i] = f->paths[i];
        f->options.path_count++;
    }
    f->options.paths = f->pointers;
}

static inline void
finish(fixture *f)
{
    lb_slices_close(f->slices);
    lb_import_report_release(&f->report);
    for (size_t i = 0; i < MAX_PATHS; i++) {
        lb_free(f->paths[i]);
    }
    lb_free(f->out);
}

static inline lb_status
run(fixture *f)
{
    return lb_slices_import(&f->report, &f->options, f->out, NULL, &f->err);
}

static inline void
run_well(fixture *f)
{
    if (run(f) != LB_OK || lb_slices_open(&f->slices, f->out, &f->err) != LB_OK) {
        fail_msg("%s", f->err.message);
    }
}

/* Fails with this in the message, and leaves nothing behind. */
static inline void
run_badly(fixture *f, lb_status code, const char *message)
{
    assert_int_equal(run(f), code);
    assert_message(&f->err, message);
    assert_false(test_exists(f->out));
    char *partial = lb_partial_path(f->out, &f->err);
    assert_false(test_exists(partial));
    lb_free(partial);
}

static inline void
check_slice(fixture *f, size_t index, const char *subject, int sex, double age)
{
    const lb_slice_info *info = lb_slices_at(f->slices, index);
    assert_string_equal(lb_slices_subject_name(f->slices, info->subject), subject);
    assert_int_equal(info->sex, sex);
    if (isnan(age)) {
        assert_true(isnan(info->age));
    } else {
        assert_close(info->age, age, 1e-6, 0);
    }
}

#endif
