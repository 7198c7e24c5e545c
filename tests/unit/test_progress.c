/* SPDX-License-Identifier: MIT */
/* The bar and the lines of progress, by a clock that the tests set. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "testing.h"

static double ticks;

static double
clock_of_the_test(void)
{
    return ticks;
}

#define lb_seconds clock_of_the_test
#include "../../cli/progress.c" /* NOLINT(bugprone-suspicious-include): by another clock */

static char said[4096];

/* What is said on standard error from here to end_hearing(). */
static int kept_stderr;
static FILE *heard;

static void
begin_hearing(void)
{
    fflush(stderr);
    kept_stderr = dup(STDERR_FILENO);
    heard = tmpfile();
    assert_non_null(heard);
    assert_true(dup2(fileno(heard), STDERR_FILENO) >= 0);
}

static const char *
end_hearing(void)
{
    fflush(stderr);
    assert_true(dup2(kept_stderr, STDERR_FILENO) >= 0);
    close(kept_stderr);
    assert_int_equal(fseek(heard, 0, SEEK_SET), 0);
    said[fread(said, 1, sizeof said - 1, heard)] = '\0';
    fclose(heard);
    return said;
}

static cli
begin(bool terminal)
{
    cli self = {.threads = 1};
    ticks = 1000;
    cli_begin_progress(&self);
    self.progress.terminal = terminal;
    return self;
}

static const char *
show(cli *self, const char *what, size_t done, size_t total)
{
    begin_hearing();
    cli_show_progress(self, what, done, total);
    return end_hearing();
}

/* What took 50 s before its first word is not done in no time: the clock is the command's, the pace
 * the phase's. */
static void
the_clock_is_the_commands(void **state)
{
    (void)state;
    cli self = begin(true);
    ticks += 50;
    assert_non_null(strstr(show(&self, "explaining", 0, 10), "  0 % 0:50"));
    assert_null(strstr(said, "left"));
    ticks += 1;
    assert_non_null(strstr(show(&self, "explaining", 1, 10), " 10 % 0:51, 0:09 left"));
    ticks += 9;
    show(&self, "writing", 0, 4);
    ticks += 10;
    assert_non_null(strstr(show(&self, "writing", 1, 4), " 25 % 1:10, 0:30 left"));
    ticks += 20;
    assert_non_null(strstr(show(&self, "drawing", 4, 10), " 40 % 1:30"));
    assert_null(strstr(said, "left"));
}

static void
the_end_is_not_told_early(void **state)
{
    (void)state;
    cli self = begin(true);
    show(&self, "training", 0, 1000);
    ticks += 0.2;
    assert_non_null(strstr(show(&self, "training", 999, 1000), " 99 % 0:00, 0:01 left"));
    ticks += 1;
    assert_non_null(strstr(show(&self, "training", 1000, 1000), "100 % 0:01"));
    assert_null(strstr(said, "left"));
}

/* What an earlier run did cost this one nothing. */
static void
work_that_goes_on_has_its_own_pace(void **state)
{
    (void)state;
    cli self = begin(true);
    ticks += 5;
    show(&self, "training", 80, 100);
    ticks += 10;
    assert_non_null(strstr(show(&self, "training", 90, 100), " 90 % 0:15, 0:10 left"));
}

/* A line that wraps leaves its first half behind when it is drawn over. */
static void
one_line_however_long(void **state)
{
    (void)state;
    cli self = begin(true);
    char what[300];
    memset(what, 'x', sizeof what - 1);
    what[sizeof what - 1] = '\0';
    show(&self, what, 1, 2);
    assert_in_range(strlen(said), 40, 80 + strlen("\r\033[K"));
    assert_non_null(strstr(said, " 50 %"));
    ticks += 1; /* its end is part of the text as kept, too */
    show(&self, what, 2, 2);
    assert_non_null(strstr(said, "100 % 0:01"));
}

static void
short_work_says_nothing_to_a_file(void **state)
{
    (void)state;
    cli self = begin(false);
    assert_string_equal(show(&self, "scoring", 0, 4), "");
    ticks += 19;
    assert_string_equal(show(&self, "scoring", 1, 4), "");
    ticks += 2;
    assert_string_equal(show(&self, "scoring", 1, 4), "scoring: 25 % after 0:21, 1:03 left\n");
    ticks += 19;
    assert_string_equal(show(&self, "scoring", 2, 4), "");
    self.quiet = true;
    ticks += 100;
    assert_string_equal(show(&self, "scoring", 3, 4), "");
}

static const char *
result(const cli *self)
{
    begin_hearing();
    cli_print_result(self);
    return end_hearing();
}

static void
the_result_is_for_a_terminal(void **state)
{
    (void)state;
    cli self = begin(true);
    assert_string_equal(result(&self), "");
    cli_result(&self, "%s: %d maps", "e.h5", 8);
    assert_string_equal(result(&self), "e.h5: 8 maps\n");
    ticks += 75;
    assert_string_equal(result(&self), "e.h5: 8 maps, in 1:15\n");
    self.quiet = true;
    assert_string_equal(result(&self), "");
    self.quiet = false;
    self.progress.terminal = false;
    assert_string_equal(result(&self), "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clock_is_the_commands),
        cmocka_unit_test(the_end_is_not_told_early),
        cmocka_unit_test(work_that_goes_on_has_its_own_pace),
        cmocka_unit_test(one_line_however_long),
        cmocka_unit_test(short_work_says_nothing_to_a_file),
        cmocka_unit_test(the_result_is_for_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
