/* SPDX-License-Identifier: MIT */
/* Files of weights that are damaged or made to harm: each is refused with a line that says why, in
 * little time and memory, or read right. */
#include "torch_testing.h"

#include <unistd.h>

#include "lesionbench/weights.h"

static const float NUMBERS[6] = {1, -2, 3.5F, 0, 1e-30F, -1e30F};

static const test_tensor GOOD[2] = {
    {"a.weight", "Float", "0", 6, 0, 2, {2, 3}, {3, 1}, NUMBERS, sizeof NUMBERS, NULL},
    {"a.bias", "Float", "1", 6, 1, 1, {2}, {2}, NUMBERS, sizeof NUMBERS, NULL}};

/* Opens the file and reads all that is in it. */
static lb_status
read_all(const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_weights *weights = NULL;
    float *out = NULL;
    LB_TRY(lb_weights_open(&weights, path, err));
    for (size_t i = 0; i < lb_weights_count(weights); i++) {
        const lb_weight *weight = lb_weights_at(weights, i);
        lb_free(out);
        LB_ALLOC(out, weight->count);
        LB_TRY(lb_weights_read(out, weights, weight, err));
    }
cleanup:
    lb_free(out);
    lb_weights_close(weights);
    return status;
}

/* Frees the bytes. */
static void
refuse_bytes(void **state, test_bytes *bytes, const char *part)
{
    lb_error err = {0};
    char *path = test_path(state, "hostile");
    double start = lb_seconds();
    test_write_bytes(path, bytes->data, bytes->size);
    size_t before = lb_peak_memory();
    lb_status status = read_all(path, &err);
    if (status == LB_OK) {
        fail_msg("is accepted, where '%s' is expected", part);
    }
    assert_message(&err, part);
    assert_message(&err, path);
    assert_true(lb_seconds() - start < 10);
    assert_true(lb_peak_memory() - before < (size_t)256 << 20);
    free(bytes->data);
    *bytes = (test_bytes){0};
    unlink(path);
    lb_free(path);
}

static void
tensors_that_are_not_there(void **state)
{
    const int64_t most = INT64_MAX, large = (int64_t)1 << 40;
    const struct {
        test_tensor tensor;
        const char *part;
    } cases[] = {
        {{"t", "Float", "0", 6, 1, 2, {2, 3}, {3, 1}, NUMBERS, 24, NULL}, "reaches beyond"},
        {{"t", "Float", "0", 6, 0, 2, {2, 3}, {4, 1}, NUMBERS, 24, NULL}, "reaches beyond"},
        {{"t", "Float", "0", 6, 0, 2, {3, 3}, {3, 1}, NUMBERS, 24, NULL}, "reaches beyond"},
        {{"t", "Float", "0", 6, -1, 1, {2}, {1}, NUMBERS, 24, NULL}, "damaged: the parts"},
        {{"t", "Float", "0", 6, 5, 1, {6}, {-1}, NUMBERS, 24, NULL}, "damaged: the strides"},
        {{"t", "Float", "0", 6, 0, 1, {-2}, {1}, NUMBERS, 24, NULL}, "no number of elements"},
        {{"t", "Float", "0", 6, most, 1, {2}, {1}, NUMBERS, 24, NULL}, "reaches beyond"},
        {{"t", "Float", "0", 6, 1, 1, {2}, {most}, NUMBERS, 24, NULL}, "reaches beyond"},
        {{"t", "Float", "0", 6, 0, 2, {large, large}, {0, 0}, NUMBERS, 24, NULL}, "overflow"},
        {{"t", "Float", "0", 6, 0, 1, {large}, {0}, NUMBERS, 24, NULL}, "repeats its storage"},
        {{"t", "Float", "0", 7, 0, 1, {7}, {1}, NUMBERS, 24, NULL}, "7 elements of float32"},
        {{"t", "Float", "0", most, 0, 1, {7}, {1}, NUMBERS, 24, NULL}, "elements of float32"},
        {{"t", "Double", "0", 6, 0, 1, {6}, {1}, NUMBERS, 24, NULL}, "6 elements of float64"},
        {{"t", "Float", "0", -1, 0, 1, {0}, {1}, NUMBERS, 24, NULL}, "no PyTorch storage"},
        {{"t", "Complex", "0", 3, 0, 1, {3}, {1}, NUMBERS, 24, NULL}, "'torch.ComplexStorage'"},
        {{"t", "Float", "missing", 6, 0, 1, {6}, {1}, NULL, 0, NULL}, "missing' is missing"},
        {{"t", "Float", "0", 6, 0, 1, {6}, {1}, NUMBERS, 24, "}S'neg'\n\x88s"}, "negated"},
    };
    for (size_t i = 0; i < 2 * (sizeof cases / sizeof *cases); i++) {
        test_bytes bytes = {0};
        if (i % 2 == 0) {
            test_put_torch_zip(&bytes, &cases[i / 2].tensor, 1);
        } else {
            test_put_torch_legacy(&bytes, &cases[i / 2].tensor, 1);
        }
        refuse_bytes(state, &bytes, cases[i / 2].part);
    }
}

/* A pickle as the object of both formats. */
static void
refuse_pickle(void **state, const void *pickle, size_t size, const char *part)
{
    test_bytes bytes = {0};
    const test_entry entry = test_entry_of("it/data.pkl", pickle, size);
    test_put_zip(&bytes, &entry, 1);
    refuse_bytes(state, &bytes, part);
    test_put_legacy_start(&bytes);
    test_put(&bytes, pickle, size);
    test_put_text(&bytes, "\x80\x02].");
    refuse_bytes(state, &bytes, part);
}

#define REFUSE_PICKLE(text, part) refuse_pickle(state, (text), sizeof(text) - 1, (part))

static void
pickles_that_are_no_weights(void **state)
{
    REFUSE_PICKLE("\x80\x02"
                  "cposix\nsystem\nX\x04\0\0\0true\x85R.",
                  "asks for 'posix.system', which this reader never runs");
    REFUSE_PICKLE("\x80\x02"
                  "cbuiltins\neval\nX\x01\0\0\0"
                  "1\x85R.",
                  "'builtins.eval'");
    REFUSE_PICKLE("\x80\x02"
                  "ctorchvision.models.vgg\nVGG\n)\x81.",
                  "of a whole model, save model.state_dict() instead");
    REFUSE_PICKLE("\x80\x02K\x05.", "holds a number, where a model's state_dict() is wanted");
    REFUSE_PICKLE("\x80\x02].", "holds a list");
    REFUSE_PICKLE("\x80\x02}X\x05\0\0\0epochK\x03s.", "'epoch' is a number");
    REFUSE_PICKLE("\x80\x02}K\x03K\x03s.", "a number as the name");
    REFUSE_PICKLE("\x80\x02}X\x03\0\0\0a\0bNs.", "a text as the name");
    REFUSE_PICKLE("\x80\x02}X\x05\0\0\0modelNs.", "'model' is None");
    REFUSE_PICKLE("\x80\x02}q\0X\x05\0\0\0modelh\0s.", "contain");
    REFUSE_PICKLE("\x80\x02}", "");
    REFUSE_PICKLE("", "");
}

/* Pickles that grow: a list that is doubled again and again, and 16 MB of lists. */
static void
pickles_that_grow(void **state)
{
    test_bytes bomb = {0};
    test_put_text(&bomb, "\x80\x02]q");
    test_put(&bomb, "\0", 1);
    for (int i = 0; i < 60; i++) {
        test_put(&bomb, "(h\0h\0lq\0", 8);
    }
    test_put_text(&bomb, ".");
    refuse_pickle(state, bomb.data, bomb.size, "");
    bomb.size = 0;
    test_put_text(&bomb, "\x80\x02(");
    for (size_t i = 0; i < (size_t)20 << 20; i++) {
        test_put(&bomb, "]", 1);
    }
    test_put_text(&bomb, "l.");
    refuse_pickle(state, bomb.data, bomb.size, "");
    free(bomb.data);
}

/* 70,000 names for one tensor. */
static void
many_tensors(void **state)
{
    test_bytes pickle = {0}, bytes = {0};
    test_put(&pickle, "\x80\x02}(", 4);
    for (int i = 0; i < 70000; i++) {
        char name[20];
        snprintf(name, sizeof name, "%d", i);
        test_put_string(&pickle, name);
        if (i == 0) {
            test_put_tensor(&pickle, &GOOD[0], false);
            test_put(&pickle, "q\0", 2);
        } else {
            test_put(&pickle, "h\0", 2);
        }
    }
    test_put(&pickle, "u.", 2);
    const test_entry entries[] = {test_entry_of("it/data.pkl", pickle.data, pickle.size),
                                  test_entry_of("it/data/0", NUMBERS, sizeof NUMBERS)};
    test_put_zip(&bytes, entries, 2);
    refuse_bytes(state, &bytes, "has 70000 tensors, at most 65535 are read");
    free(pickle.data);
}

enum { PARTS = 5 };

/* The entries of a good archive. */
static void
good_entries(test_entry out[PARTS], test_bytes *pickle)
{
    test_put_state(pickle, GOOD, 2, false);
    out[0] = test_entry_of("it/data.pkl", pickle->data, pickle->size);
    out[1] = test_entry_of("it/byteorder", "little", 6);
    out[2] = test_entry_of("it/data/0", NUMBERS, sizeof NUMBERS);
    out[3] = test_entry_of("it/data/1", NUMBERS, sizeof NUMBERS);
    out[4] = test_entry_of("it/version", "3\n", 2);
}

static void
archives(void **state)
{
    test_bytes bytes = {0}, pickle = {0};
    test_entry good[PARTS], e[PARTS];
    const float more[7] = {0};
    good_entries(good, &pickle);
#define REFUSE(change, part)               \
    do {                                   \
        memcpy(e, good, sizeof e);         \
        change;                            \
        test_put_zip(&bytes, e, PARTS);    \
        refuse_bytes(state, &bytes, part); \
    } while (0)
    REFUSE(e[2].method = 8, "'data/0' is compressed or encrypted");
    REFUSE(e[0].method = 8, "'it/data.pkl' is compressed or encrypted");
    REFUSE((e[2].method = 8, e[2].claimed = 0xFFFFFF00), "'data/0' is compressed or encrypted");
    REFUSE(e[3].flags = 1, "'data/1' is compressed or encrypted");
    REFUSE(e[0].crc = 1, "'it/data.pkl' is damaged: its checksum is wrong");
    REFUSE(e[2].crc = 1, "'it/data/0' is damaged: its checksum is wrong");
    REFUSE((e[2].bytes = more, e[2].size = sizeof more),
           "'data/0' has 28 bytes, not 6 elements of float32");
    REFUSE(e[3].claimed = 0xFFFFFF00, "'it/data/1' is not where its directory says");
    REFUSE(e[3].header = 0xFFFFFFF0, "'it/data/1' is not where its directory says");
    REFUSE(e[3].header = 1, "'it/data/1' is not where its directory says");
    REFUSE(e[2].claimed = 100, "overlaps another entry");
    REFUSE(e[4].name = "it/data/1", "'it/data/1' is there twice");
    REFUSE(e[3].name = "it/data/2", "the storage 'data/1' is missing");
    REFUSE(e[0].name = "it/data.pk", "without 'NAME/data.pkl'");
    REFUSE(e[0].name = "data.pkl", "without 'NAME/data.pkl'");
    REFUSE(e[4].name = "other/data.pkl", "several PyTorch files");
    REFUSE(e[4].name = "it/constants.pkl", "TorchScript");
    REFUSE(e[1].bytes = "bigger", "big-endian");
    REFUSE(e[0].size--, "");
    test_bytes longer = {0};
    test_put(&longer, pickle.data, pickle.size);
    test_put(&longer, "xyz", 3);
    REFUSE((e[0].bytes = longer.data, e[0].size = longer.size), "3 bytes come after the pickle");
    free(longer.data);
#undef REFUSE
    test_put_zip(&bytes, good, PARTS);
    bytes.data[26]++; /* the name's length in the first entry's own header */
    refuse_bytes(state, &bytes, "'it/data.pkl' is not where its directory says");
    test_put_zip(&bytes, good, 0);
    refuse_bytes(state, &bytes, "without 'NAME/data.pkl'");
    free(pickle.data);
}

/* What the end of an archive may claim. The end's record is that of a good archive, 22 bytes. */
static void
ends_of_archives(void **state)
{
    const struct {
        size_t at, size; /* within the record */
        uint64_t number;
        const char *part;
    } cases[] = {
        {10, 2, 6, "cut or overwritten"},
        {10, 2, 60000, "too short"},
        {10, 2, 0xFFFF, "numbers too large"},
        {12, 4, 0xFFFFFFFF, "numbers too large"},
        {16, 4, 0xFFFFFFFF, "numbers too"},
        {12, 4, 0xFFFFFF00, "lies outside"},
        {16, 4, 0xFFFFFF00, "lies outside"},
        {16, 4, 0, "cut or overwritten"},
        {12, 4, 40, "too short"},
        {20, 2, 1, "its end is missing"},
        {0, 4, 0, "its end is missing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        test_bytes bytes = {0}, number = {0};
        test_put_torch_zip(&bytes, GOOD, 2);
        test_put_number(&number, cases[i].number, cases[i].size);
        memcpy(bytes.data + bytes.size - 22 + cases[i].at, number.data, number.size);
        free(number.data);
        refuse_bytes(state, &bytes, cases[i].part);
    }
}

/* An end with 64-bit numbers: `count` entries in a directory of `size` bytes at `begin`. */
static void
put_end64(test_bytes *out, uint64_t count, uint64_t size, uint64_t begin, uint64_t at)
{
    test_put(out, "PK\6\6", 4);
    test_put_number(out, 44, 8);
    test_put_number(out, 0, 12);
    test_put_number(out, count, 8);
    test_put_number(out, count, 8);
    test_put_number(out, size, 8);
    test_put_number(out, begin, 8);
    test_put(out, "PK\6\7\0\0\0\0", 8);
    test_put_number(out, at, 8);
    test_put_number(out, 1, 4);
    test_put_end(out, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF);
}

static void
archives_of_64_bits(void **state)
{
    enum { MILLION = 1000000, END = 22 };
    lb_error err = {0};
    test_bytes bytes = {0};
    char *path = test_path(state, "good");
    test_put_torch_zip(&bytes, GOOD, 2);
    size_t begin = 0, size = 0;
    for (size_t i = 0; i < 4; i++) {
        size |= (size_t)bytes.data[bytes.size - END + 12 + i] << (8 * i);
        begin |= (size_t)bytes.data[bytes.size - END + 16 + i] << (8 * i);
    }
    bytes.size -= END;
    size_t kept = bytes.size;
    put_end64(&bytes, 5, size, begin, kept);
    test_write_bytes(path, bytes.data, bytes.size);
    assert_ok(read_all(path, &err));
    lb_free(path);
    const struct {
        uint64_t count, size, begin, at;
        const char *part;
    } cases[] = {
        {5, size, begin, kept + 1, "points elsewhere"},
        {5, size, begin, UINT64_MAX, "points elsewhere"},
        {5, size, begin, UINT64_MAX - 55, "points elsewhere"},
        {5, UINT64_MAX, begin, kept, "lies outside"},
        {5, size, UINT64_MAX, kept, "lies outside"},
        {5, UINT64_MAX - begin + 1, begin, kept, "lies outside"},
        {MILLION, size, begin, kept, "has 1000000 entries, at most 65535 are read"},
        {UINT64_MAX, size, begin, kept, "entries, at most 65535"},
        {65535, size, begin, kept, "too short"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        test_bytes copy = {0};
        test_put(&copy, bytes.data, kept);
        put_end64(&copy, cases[i].count, cases[i].size, cases[i].begin, cases[i].at);
        refuse_bytes(state, &copy, cases[i].part);
    }
    free(bytes.data);
}

/* As many entries as are read at most, all with long names that differ at the end. */
static void
many_entries(void **state)
{
    enum { MANY = 65000 };
    test_bytes bytes = {0}, central = {0};
    char name[300];
    memset(name, 'x', sizeof name);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(name + 200, 20, "%zu", i);
        test_entry entry = test_entry_of(name, "", 0);
        size_t header = bytes.size;
        test_put_entry(&bytes, &entry, false, 0);
        test_put_entry(&central, &entry, true, header);
    }
    size_t begin = bytes.size;
    test_put(&bytes, central.data, central.size);
    test_put_end(&bytes, MANY, begin, central.size);
    free(central.data);
    refuse_bytes(state, &bytes, "without 'NAME/data.pkl'");
}

static void
legacy_files(void **state)
{
    test_bytes good = {0}, bytes = {0};
    const test_tensor twice[2] = {
        {"a", "Float", "0", 6, 0, 1, {6}, {1}, NUMBERS, sizeof NUMBERS, NULL},
        {"b", "Double", "0", 3, 0, 1, {3}, {1}, NUMBERS, sizeof NUMBERS, NULL}};
    test_put_torch_legacy(&bytes, twice, 2);
    refuse_bytes(state, &bytes, "'0' has two sizes or types");

    const test_tensor same[2] = {twice[0], twice[0]};
    test_put_torch_legacy(&bytes, same, 2);
    refuse_bytes(state, &bytes, "two tensors are named \"a\"");

    test_put_torch_legacy(&bytes, GOOD, 2);
    test_put(&bytes, "x", 1);
    refuse_bytes(state, &bytes, "1 bytes at the end belong to no storage");

    test_put_torch_legacy(&good, GOOD, 2);
    size_t count = good.size - sizeof NUMBERS - 8; /* where the last storage's count is */
    const struct {
        size_t at;
        const char *bytes, *part;
    } cases[] = {
        {count, "\7", "'1' should have 6 elements of float32"},
        {count + 7, "\x80", "'1' should have 6 elements of float32"},
        {18, "\xea", "version or byte order"},
        {18 + 3 + 3 + 5 + 13, "\x89", "version or byte order"}, /* little_endian is False */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        test_put(&bytes, good.data, good.size);
        memcpy(bytes.data + cases[i].at, cases[i].bytes, 1);
        refuse_bytes(state, &bytes, cases[i].part);
    }
    /* The keys: another one, one twice, a number. */
    size_t key = 0;
    for (size_t i = 0; i + 8 < good.size; i++) {
        key = memcmp(good.data + i, "\x80\x02](", 4) == 0 ? i + 4 : key;
    }
    test_put(&bytes, good.data, good.size);
    bytes.data[key + 5] = '5';
    refuse_bytes(state, &bytes, "'5' is of no tensor, or twice");
    test_put(&bytes, good.data, good.size);
    bytes.data[key + 11] = '0';
    refuse_bytes(state, &bytes, "'0' is of no tensor, or twice");
    test_put(&bytes, good.data, key - 1);
    test_put_text(&bytes, ".");
    refuse_bytes(state, &bytes, "is missing");
    free(good.data);
    free(bytes.data);
}

static void
other_files(void **state)
{
    static const char *const others[] = {"",
                                         "x",
                                         "\x80\x02.",
                                         "\x89HDF\r\n\x1a\n",
                                         "PK\3\4",
                                         "{\"a\":1}",
                                         "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        test_bytes bytes = {0};
        test_put_text(&bytes, others[i]);
        test_put(&bytes, "", 0);
        bytes.data = bytes.data != NULL ? bytes.data : malloc(1);
        refuse_bytes(state, &bytes,
                     others[i][0] == 'P' ? "its end is missing" : "holds no weights");
    }
    /* A header of 1 GB, in a file that has so much. */
    lb_error err = {0};
    char *path = test_path(state, "large");
    test_write_bytes(path, "\0\0\0\x40\0\0\0\0{\"a\":", 13);
    assert_int_equal(truncate(path, ((off_t)1 << 30) + 100), 0);
    double start = lb_seconds();
    assert_int_equal(read_all(path, &err), LB_ERROR_FORMAT);
    assert_message(&err, "claims a header of 1073741824 bytes");
    assert_true(lb_seconds() - start < 1);
    unlink(path);
    lb_free(path);
}

/* The numbers of the good tensors. */
static void
assert_good(const char *path)
{
    lb_error err;
    lb_weights *weights = NULL;
    float weight[6], bias[2];
    assert_ok(lb_weights_open(&weights, path, &err));
    assert_int_equal(lb_weights_count(weights), 2);
    assert_ok(lb_weights_read(weight, weights, lb_weights_find(weights, "a.weight"), &err));
    assert_ok(lb_weights_read(bias, weights, lb_weights_find(weights, "a.bias"), &err));
    assert_memory_equal(weight, NUMBERS, sizeof weight);
    assert_true(bias[0] == NUMBERS[1] && bias[1] == NUMBERS[3]);
    lb_weights_close(weights);
}

/* Every length, and every byte turned: refused, or the tensors are what they were, as far as the
 * format has checksums. */
static void
cut_and_turned(void **state)
{
    for (int legacy = 0; legacy < 2; legacy++) {
        lb_error err = {0};
        test_bytes good = {0};
        char *path = test_path(state, "cut");
        size_t accepted = 0;
        if (legacy == 1) {
            test_put_torch_legacy(&good, GOOD, 2);
        } else {
            test_put_torch_zip(&good, GOOD, 2);
        }
        test_write_bytes(path, good.data, good.size);
        assert_ok(read_all(path, &err));
        for (size_t length = 0; length < good.size; length++) {
            test_write_bytes(path, good.data, length);
            if (read_all(path, &err) == LB_OK) {
                fail_msg("the first %zu of %zu bytes are accepted", length, good.size);
            }
        }
        for (size_t at = 0; at < good.size; at++) {
            good.data[at] ^= 0xFF;
            test_write_bytes(path, good.data, good.size);
            if (read_all(path, &err) == LB_OK) {
                accepted++;
                if (legacy == 0) {
                    assert_good(path);
                }
            }
            good.data[at] ^= 0xFF;
        }
        print_message("%s: %zu of %zu turned bytes do not matter\n", legacy == 1 ? "legacy" : "zip",
                      accepted, good.size);
        assert_true(accepted < good.size / 2);
        free(good.data);
        unlink(path);
        lb_free(path);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tensors_that_are_not_there, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(pickles_that_are_no_weights, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(pickles_that_grow, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(many_tensors, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(archives, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(ends_of_archives, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(archives_of_64_bits, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(many_entries, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(legacy_files, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(other_files, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(cut_and_turned, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("hostile weights", tests, NULL, NULL);
}
