/* SPDX-License-Identifier: MIT */
/* "No", "yes" and "cannot be known" are three answers. */
#include "io_testing.h"

#include <errno.h>
#include <sys/wait.h>

#include "lesionbench/file_bytes.h"
#include "lesionbench/paths.h"

static const char ANNEXED[] =
    "../.git/annex/objects/Qx/3f/MD5E-s12--0cc175b9c0f1b6a831c399e269772661.tsv/"
    "MD5E-s12--0cc175b9c0f1b6a831c399e269772661.tsv";

static void
make_folder(void **state, const char *name)
{
    char *path = test_path(state, name);
    assert_int_equal(mkdir(path, 0777), 0);
    lb_free(path);
}

static void
make_link(void **state, const char *name, const char *target)
{
    char *path = test_path(state, name);
    assert_int_equal(symlink(target, path), 0);
    lb_free(path);
}

static void
make_file(void **state, const char *name, const char *text)
{
    char *path = test_path(state, name);
    test_write_bytes(path, text, strlen(text));
    lb_free(path);
}

/* 0 no, 1 yes, -1 error */
static int
ask(lb_status (*question)(bool *, const char *, lb_error *), void **state, const char *name,
    lb_error *err)
{
    char *path = test_path(state, name);
    bool answer = true;
    lb_status status = question(&answer, path, err);
    lb_free(path);
    assert_true(status == LB_OK || status == LB_ERROR_IO);
    return status == LB_OK ? answer : -1;
}

static void
what_is_certain(void **state)
{
    lb_error err = {0};
    make_folder(state, "folder");
    make_file(state, "folder/file", "x");
    make_link(state, "to_folder", "folder");
    make_link(state, "to_file", "folder/file");
    static const struct {
        const char *name;
        int exists, folder;
    } cases[] = {{"folder", 1, 1},        {"folder/", 1, 1},  {"folder/file", 1, 0},
                 {"to_folder", 1, 1},     {"to_file", 1, 0},  {"to_folder//file", 1, 0},
                 {"none", 0, 0},          {"folder/n", 0, 0}, {"none/none", 0, 0},
                 {"to_folder/none", 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (ask(lb_path_exists, state, cases[i].name, &err) != cases[i].exists ||
            ask(lb_path_is_folder, state, cases[i].name, &err) != cases[i].folder) {
            fail_msg("%s", cases[i].name);
        }
    }
    char longest[400];
    memset(longest, 'n', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(ask(lb_path_exists, state, longest, &err), 0);
}

static void
links_to_nothing_are_named(void **state)
{
    lb_error err = {0};
    make_folder(state, "ds");
    make_link(state, "ds/gone", "../elsewhere/table.tsv");
    assert_int_equal(ask(lb_path_exists, state, "ds/gone", &err), -1);
    assert_message(&err, "ds/gone: is a link to '../elsewhere/table.tsv', which cannot be reached: "
                         "No such file");
    assert_int_equal(ask(lb_path_is_folder, state, "ds/gone", &err), -1);
    /* On the way, too. */
    assert_int_equal(ask(lb_path_exists, state, "ds/gone/anat/scan.nii", &err), -1);
    assert_message(&err, "ds/gone/anat/scan.nii: '");
    assert_message(&err, "ds/gone' is a link to '../elsewhere/table.tsv'");
    make_link(state, "ds/round", "round");
    assert_int_equal(ask(lb_path_exists, state, "ds/round", &err), -1);
    assert_message(&err, "is a link to 'round', which cannot be reached: Too many levels");
    make_link(state, "ds/annexed.tsv", ANNEXED);
    assert_int_equal(ask(lb_path_exists, state, "ds/annexed.tsv", &err), -1);
    assert_message(&err, "/ds/annexed.tsv: its content is not here: fetch it with 'datalad get ");
    assert_message(&err, "/ds/annexed.tsv' (it is a git-annex link to '../.git/annex/objects/Qx");
    assert_int_equal(ask(lb_path_is_folder, state, "ds/annexed.tsv", &err), 0);
    assert_int_equal(ask(lb_path_exists, state, "ds/annexed.tsv/x", &err), -1);
    assert_int_equal(ask(lb_path_is_folder, state, "ds/annexed.tsv/x", &err), -1);
}

static void
what_the_system_refuses(void **state)
{
    lb_error err = {0};
    make_file(state, "file", "x");
    assert_int_equal(ask(lb_path_exists, state, "file/x", &err), -1);
    assert_message(&err, "file/x: Not a directory");
    assert_int_equal(ask(lb_path_is_folder, state, "file/x", &err), -1);
}

/* In a child that has given up root's rights, where it has them. */
static void
folders_that_may_not_be_searched(void **state)
{
    lb_error err = {0};
    make_folder(state, "closed");
    make_file(state, "closed/table", "x");
    char *folder = test_path(state, "closed");
    assert_int_equal(chmod(folder, 0), 0);
    assert_int_equal(chmod(*state, 0755), 0);
    pid_t child = fork();
    if (child == 0) {
        bool dropped = geteuid() != 0 || (setgid(65534) == 0 && setuid(65534) == 0);
        char *table = lb_format(&err, "%s/table", folder);
        bool there = true;
        int code = !dropped ? 77 : lb_path_exists(&there, table, &err) == LB_ERROR_IO ? 0 : 1;
        code =
            code == 0 && strstr(err.message, "/closed/table: Permission denied") == NULL ? 2 : code;
        lb_free(table);
        _exit(code);
    }
    int outcome = 0;
    assert_int_equal(waitpid(child, &outcome, 0), child);
    assert_int_equal(chmod(folder, 0755), 0);
    lb_free(folder);
    assert_true(WIFEXITED(outcome));
    if (WEXITSTATUS(outcome) == 77) {
        print_message("skipped: cannot give up root's rights\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(outcome), 0);
}

/* What git-annex and Git LFS leave in the place of a file. */
static void
pointers_are_not_content(void **state)
{
    lb_error err = {0};
    char *bytes = NULL;
    size_t size = 0;
    char *path = test_path(state, "t.tsv");
    make_file(state, "t.tsv", "/annex/objects/MD5E-s12--0cc175b9c0f1b6a831c399e269772661.tsv\n");
    assert_int_equal(lb_file_read(&bytes, &size, path, &err), LB_ERROR_IO);
    assert_message(&err, "t.tsv: its content is not here: fetch it with 'datalad get ");
    make_file(state, "t.tsv", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n");
    assert_int_equal(lb_file_read(&bytes, &size, path, &err), LB_ERROR_IO);
    assert_message(&err, "t.tsv: its content is not here: fetch it with 'git lfs pull'");
    make_file(state, "t.tsv", "/annex/object");
    assert_ok(lb_file_read(&bytes, &size, path, &err));
    assert_int_equal(size, 13);
    assert_string_equal(bytes, "/annex/object");
    lb_free(bytes);
    lb_free(path);
}

static void
the_same_file(void **state)
{
    make_file(state, "a", "x");
    make_file(state, "b", "x");
    make_link(state, "c", "a");
    char *a = test_path(state, "a"), *b = test_path(state, "b"), *c = test_path(state, "c");
    char *d = test_path(state, "d"), *none = test_path(state, "none");
    assert_int_equal(link(a, d), 0);
    assert_true(lb_path_is_same(a, a));
    assert_true(lb_path_is_same(a, c));
    assert_true(lb_path_is_same(a, d));
    assert_false(lb_path_is_same(a, b));
    assert_false(lb_path_is_same(a, none));
    assert_false(lb_path_is_same(none, none));
    lb_free(none);
    lb_free(d);
    lb_free(c);
    lb_free(b);
    lb_free(a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_certain, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(links_to_nothing_are_named, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(what_the_system_refuses, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(folders_that_may_not_be_searched, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(pointers_are_not_content, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(the_same_file, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("paths", tests, NULL, NULL);
}
