/* SPDX-License-Identifier: MIT */
#include "pickle_testing.h"

#include "lesionbench/lesions.h"

static void
lesions_are_taken_as_they_are(void **state)
{
    lb_error err = {0};
    lb_lesion_library library = {0}, loaded = {0};
    char *path = test_path(state, "lesions.h5");
    const double mask[6] = {0, 0.5, 0, 0.25, 1, 0.25};
    assert_ok(lb_lesions_import(&library, PICKLES "round.pkl", PICKLES "irregular.pkl", &err));
    assert_int_equal(library.count[LB_ROUND], 2);
    assert_int_equal(library.found[LB_ROUND], 2);
    assert_int_equal(library.count[LB_IRREGULAR], 1);
    assert_int_equal(library.count[LB_DISTRACTOR], 0);
    const lb_lesion *first = &library.lesions[LB_ROUND][0], *second = first + 1;
    assert_int_equal(first->height, 2);
    assert_int_equal(first->width, 3);
    assert_memory_equal(first->mask, mask, sizeof mask);
    assert_true(first->compactness == 0.857);
    assert_int_equal(second->height, 3); /* the first one transposed, and halved */
    assert_true(second->mask[2] == 0.25 && second->mask[3] == 0.5);
    assert_int_equal(library.lesions[LB_IRREGULAR][0].width, 4);
    assert_ok(lb_lesions_save(&library, NULL, path, NULL, &err));
    assert_ok(lb_lesions_load(&loaded, path, &err));
    assert_int_equal(loaded.count[LB_ROUND], 2);
    assert_memory_equal(loaded.lesions[LB_ROUND][0].mask, mask, sizeof mask);
    lb_lesions_release(&loaded);
    lb_lesions_release(&library);
    lb_free(path);
}

/* [mask, compactness], the mask of four bytes */
#define LESION(data, shape, compactness)                                           \
    "(cnumpy.core.numeric\n_frombuffer\n(C\4" data "cnumpy\ndtype\n(U\2i1tR" shape \
    "U\1CtR" compactness "l"

static void
other_files_are_refused(void **state)
{
    const struct {
        const char *bytes;
        size_t size;
        const char *message;
    } cases[] = {
#define CASE(literal, message) {literal, sizeof(literal) - 1, message}
        CASE("K\1.", "t.pkl: is not a list of lesions"),
        CASE("].", "t.pkl: is not a list of lesions"),
        CASE("}.", "t.pkl: is not a list of lesions"),
        CASE("(K\1l.", "t.pkl: lesion 0: is not a list of a mask and its compactness"),
        CASE("((K\1K\1ll.", "lesion 0: is not a list of a mask"),
        CASE("(" LESION("\0\1\1\0", "K\2K\2\x86", "U\1a") "l.",
             "lesion 0: is not a list of a mask"),
        CASE("(" LESION("\0\1\1\0", "K\2K\2\x86", "F0.9\n")
                 LESION("\0\1\1\0", "K\4\x85", "F0.9\n") "l.",
             "lesion 1: its mask is not of two axes"),
        CASE("(" LESION("\0\1\xff\0", "K\2K\2\x86", "F0.9\n") "l.", "its mask holds the value -1"),
        CASE("(" LESION("\0\0\0\0", "K\2K\2\x86", "F0.9\n") "l.", "its mask is empty"),
        CASE("(" LESION("\0\1\1\0", "K\2K\2\x86", "Fnan\n") "l.", "its compactness is"),
        CASE("(" LESION("\0\1\1\0", "K\2K\2\x86", "K\0") "l.", "its compactness is 0"),
        CASE("(" LESION("\0\1\1\0", "K\2K\2\x86", "F0.1\n") "l.",
             "the first file is that of the round"),
        CASE("cposix\nsystem\n(S'true'\ntR.", "asks for 'posix.system'"),
    };
    char *path = test_path(state, "t.pkl");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lb_error err = {0};
        lb_lesion_library library = {0};
        test_write_bytes(path, cases[i].bytes, cases[i].size);
        assert_int_not_equal(lb_lesions_import(&library, path, PICKLES "irregular.pkl", &err),
                             LB_OK);
        assert_message(&err, cases[i].message);
        assert_null(library.lesions[LB_ROUND]);
    }
    lb_free(path);
}

/* One long mask would make all masks of lesions.h5 squares of its length. */
static void
sides_out_of_proportion_are_refused(void **state)
{
    static char bytes[8192];
    const char start[] = "(((cnumpy.core.numeric\n_frombuffer\n(B\0\20\0\0";
    const char end[] = "cnumpy\ndtype\n(U\2i1tRK\1M\0\20\x86U\1CtRF0.9\nlq\0";
    size_t used = sizeof start - 1;
    memcpy(bytes, start + 1, used); /* one mark less */
    used--;
    memset(bytes + used, 1, 4096);
    used += 4096;
    memcpy(bytes + used, end, sizeof end - 1);
    used += sizeof end - 1;
    char *path = test_path(state, "t.pkl");
    for (int count = 1; count <= 9; count++) {
        lb_error err = {0};
        lb_lesion_library library = {0};
        bytes[used] = 'l';
        bytes[used + 1] = '.';
        test_write_bytes(path, bytes, used + 2);
        lb_status status = lb_lesions_import(&library, path, PICKLES "irregular.pkl", &err);
        assert_int_equal(status, count <= 8 ? LB_OK : LB_ERROR_FORMAT);
        lb_lesions_release(&library);
        const char again[] = {'h', 0};
        memcpy(bytes + used, again, sizeof again);
        used += sizeof again;
    }
    lb_free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lesions_are_taken_as_they_are, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(other_files_are_refused, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(sides_out_of_proportion_are_refused, test_setup,
                                        test_teardown),
    };
    return cmocka_run_group_tests_name("lesion import", tests, NULL, NULL);
}
