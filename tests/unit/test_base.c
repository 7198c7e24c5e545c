/* SPDX-License-Identifier: MIT */
/* Words, and output files that others may be writing too. */
#include "io_testing.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lesionbench/atomic_file.h"

static void
edit_distances(void **state)
{
    (void)state;
    assert_int_equal(lb_edit_distance("", ""), 0);
    assert_int_equal(lb_edit_distance("lrp", ""), 3);
    assert_int_equal(lb_edit_distance("", "lrp"), 3);
    assert_int_equal(lb_edit_distance("kitten", "sitting"), 3);
    assert_int_equal(lb_edit_distance("saturday", "sunday"), 3);
    char longer[101] = {0};
    memset(longer, 'x', 100);
    assert_int_equal(lb_edit_distance("", longer), 64);
    assert_int_equal(lb_edit_distance(longer, ""), 100);
}

/* Whatever the length, the message begins and ends as it should: the path gives way. */
static void
reasons_outlast_paths(void **state)
{
    (void)state;
    char path[3000];
    const char last[] = ": line 3: \xc3\xa9 is not a number";
    for (size_t length = 900; length < sizeof path; length += 7) {
        lb_error err = {0};
        for (size_t i = 0; i < length; i++) { /* of characters of two bytes */
            path[i] = "/\xc3\xa9"[i % 3];
        }
        path[length - length % 3] = '\0';
        lb_fail(&err, LB_ERROR_FORMAT, "%s%s", path, last);
        size_t got = strlen(err.message);
        assert_memory_equal(err.message, path, 300);
        assert_string_equal(err.message + got - strlen(last), last);
        bool fits = strlen(path) + strlen(last) < sizeof err.message;
        assert_int_equal(strstr(err.message, "...") == NULL, fits);
        for (size_t i = 0; i < got; i++) { /* no character is cut */
            bool begins = ((unsigned char)err.message[i] & 0xC0) == 0xC0;
            assert_int_equal(begins,
                             i + 1 < got && ((unsigned char)err.message[i + 1] & 0xC0) == 0x80);
        }
        lb_fail(&err, LB_ERROR_FORMAT, "no room");
        lb_fail_context(&err, "%s: image 7", path);
        assert_string_equal(err.message + strlen(err.message) - 18, ": image 7: no room");
        errno = ENOENT;
        lb_fail_errno(&err, "%s", path);
        assert_string_equal(err.message + strlen(err.message) - 27, ": No such file or directory");
    }
}

static void
write_text(const char *path, const char *text)
{
    lb_error err = {0};
    lb_atomic_file *output = NULL;
    assert_ok(lb_atomic_file_open(&output, path, &err));
    assert_true(fputs(text, lb_atomic_file_stream(output)) >= 0);
    assert_ok(lb_atomic_file_commit(output, &err));
    lb_atomic_file_close(output);
}

static void
committed_files_replace_and_dropped_ones_vanish(void **state)
{
    lb_error err = {0};
    lb_atomic_file *output = NULL;
    char *path = test_path(state, "a.txt"), *partial = test_path(state, "a.txt.partial");
    test_write_bytes(partial, "left by a killed process", 24);
    write_text(path, "first");
    assert_int_equal(test_file_size(path), 5);
    assert_false(test_exists(partial));
    assert_ok(lb_atomic_file_open(&output, path, &err));
    fputs("dropped", lb_atomic_file_stream(output));
    assert_true(test_exists(partial));
    lb_atomic_file_close(output);
    assert_false(test_exists(partial));
    assert_int_equal(test_file_size(path), 5);
    lb_free(partial);
    lb_free(path);
}

static unsigned
permissions(const char *path)
{
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    return about.st_mode & 07777U;
}

static void
a_file_that_is_replaced_keeps_its_permissions(void **state)
{
    char *path = test_path(state, "shared.txt"), *other = test_path(state, "new.txt");
    mode_t before = umask(022);
    write_text(path, "first");
    assert_int_equal(permissions(path), 0644);
    static const mode_t KEPT[] = {0664, 0600, 0440};
    for (size_t i = 0; i < sizeof KEPT / sizeof *KEPT; i++) {
        assert_int_equal(chmod(path, KEPT[i]), 0);
        write_text(path, "second");
        assert_int_equal(permissions(path), KEPT[i]);
    }
    write_text(other, "new");
    assert_int_equal(permissions(other), 0644);
    umask(before);
    lb_free(path);
    lb_free(other);
}

/* 0: opened; 1: refused with the right message; 2: anything else. */
static int
open_in_a_child(const char *path)
{
    pid_t child = fork();
    if (child == 0) {
        lb_error err = {0};
        lb_atomic_file *output = NULL;
        lb_status status = lb_atomic_file_open(&output, path, &err);
        bool told = strstr(err.message, ".txt: another process is writing it") != NULL;
        lb_atomic_file_close(output);
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
    lb_atomic_file *output = NULL, *second = NULL;
    char *path = test_path(state, "a.txt"), *partial = test_path(state, "a.txt.partial");
    assert_ok(lb_atomic_file_open(&output, path, &err));
    fputs("first", lb_atomic_file_stream(output));
    fflush(lb_atomic_file_stream(output));
    assert_int_equal(open_in_a_child(path), 1);
    assert_int_equal(lb_atomic_file_open(&second, path, &err), LB_ERROR_IO);
    assert_message(&err, "a.txt: another process is writing it");
    assert_null(second);
    assert_int_equal(test_file_size(partial), 5);
    assert_ok(lb_atomic_file_commit(output, &err));
    assert_int_equal(test_file_size(path), 5);
    /* The lock goes with the handle; a new writer starts another file and leaves this one. */
    lb_atomic_file_close(output);
    assert_int_equal(open_in_a_child(path), 0);
    assert_int_equal(test_file_size(path), 5);
    assert_false(test_exists(partial));
    lb_free(partial);
    lb_free(path);
}

/* A message may be made of the one before. */
static void
messages_may_hold_the_old_one(void **state)
{
    (void)state;
    lb_error err;
    lb_fail(&err, LB_ERROR_FORMAT, "unknown metric 'emdd' (did you mean 'emd'?)");
    lb_fail(&err, LB_ERROR_ARGUMENT, "--metrics: %s", err.message);
    assert_string_equal(err.message, "--metrics: unknown metric 'emdd' (did you mean 'emd'?)");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edit_distances),
        cmocka_unit_test(reasons_outlast_paths),
        cmocka_unit_test(messages_may_hold_the_old_one),
        cmocka_unit_test_setup_teardown(committed_files_replace_and_dropped_ones_vanish, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(a_file_that_is_replaced_keeps_its_permissions, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(a_second_writer_is_refused, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
