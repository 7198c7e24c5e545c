/* SPDX-License-Identifier: MIT */
/* What pickles hold, against the values that tests/data/pickle/make.py gave to Python's pickle, in
 * all protocols, and against bytes written by hand for what Python no longer writes. */
#include "pickle_testing.h"

#include <math.h>

static lb_pickle *
read_pickle(const char *name)
{
    lb_error err = {0};
    lb_pickle *pickle = NULL;
    char *path = lb_format(&err, PICKLES "%s.pkl", name);
    assert_ok(lb_pickle_read(&pickle, path, NULL, &err));
    lb_free(path);
    return pickle;
}

/* A pickle from a literal, which may have zero bytes. */
#define parse(literal) parse_bytes((literal), sizeof(literal) - 1)

static lb_pickle *
parse_bytes(const char *bytes, size_t size)
{
    lb_error err = {0};
    lb_pickle *pickle = NULL;
    assert_ok(lb_pickle_parse(&pickle, NULL, bytes, size, "t", NULL, &err));
    return pickle;
}

static void
assert_int(const lb_value *value, int64_t expected)
{
    assert_int_equal(value->kind, LB_VALUE_INT);
    assert_true(value->integer == expected);
}

static void
assert_real(const lb_value *value, double expected)
{
    assert_int_equal(value->kind, LB_VALUE_REAL);
    assert_true(value->real == expected);
}

static void
assert_bool(const lb_value *value, bool expected)
{
    assert_int_equal(value->kind, LB_VALUE_BOOL);
    assert_int_equal(value->boolean, expected);
}

static void
assert_text(const lb_value *value, const char *expected)
{
    assert_int_equal(value->kind, LB_VALUE_TEXT);
    assert_string_equal(lb_value_text(value), expected);
    assert_int_equal(lb_value_count(value), strlen(expected));
}

static void
assert_bytes(const lb_value *value, const char *expected, size_t size)
{
    assert_int_equal(value->kind, LB_VALUE_BYTES);
    assert_int_equal(lb_value_count(value), size);
    assert_memory_equal(lb_value_bytes(value), expected, size);
}

/* A list, tuple or set of first, first + 1, ... */
static void
assert_run(const lb_value *value, lb_value_kind kind, size_t count, int64_t first)
{
    assert_int_equal(value->kind, kind);
    assert_int_equal(lb_value_count(value), count);
    for (size_t i = 0; i < count; i++) {
        assert_int(lb_value_at(value, i), first + (int64_t)i);
    }
}

static void
check_common_scalars(const lb_value *root)
{
    const int64_t numbers[] = {0, -1, 200, 65535, -300, 70000, (int64_t)1 << 40, INT64_MIN};
    assert_int_equal(lb_value_at(root, 0)->kind, LB_VALUE_NONE);
    assert_bool(lb_value_at(root, 1), true);
    assert_bool(lb_value_at(root, 2), false);
    for (size_t i = 0; i < 8; i++) {
        assert_int(lb_value_at(root, 3 + i), numbers[i]);
    }
    assert_real(lb_value_at(root, 11), 1.5);
    assert_real(lb_value_at(root, 12), -2e300);
    assert_text(lb_value_at(root, 13), "");
    assert_text(lb_value_at(root, 14), "\u00e9\u20ac\U0001f600\n\\u");
    assert_bytes(lb_value_at(root, 15), "", 0);
    assert_bytes(lb_value_at(root, 16), "\0\xff'\n", 4);
}

static void
check_common_containers(const lb_value *root)
{
    for (size_t i = 0; i < 5; i++) {
        assert_run(lb_value_at(root, 17 + i), LB_VALUE_TUPLE, i, 1);
    }
    const lb_value *dict = lb_value_at(root, 22);
    assert_int_equal(dict->kind, LB_VALUE_DICT);
    assert_int_equal(lb_value_count(dict), 2);
    assert_text(lb_value_key(dict, 1), "l");
    assert_int(lb_value_find(dict, "k"), 1);
    assert_real(lb_value_at(lb_value_find(dict, "l"), 0), 2.5);
    assert_null(lb_value_find(dict, "m"));
    assert_run(lb_value_at(root, 23), LB_VALUE_SET, 1, 5);
    assert_run(lb_value_at(root, 24), LB_VALUE_SET, 1, 6);
    const lb_value *ordered = lb_value_at(root, 25);
    assert_int_equal(ordered->kind, LB_VALUE_DICT);
    assert_text(lb_value_key(ordered, 0), "o");
    assert_int(lb_value_find(ordered, "p"), 2);
    assert_run(lb_value_at(root, 26), LB_VALUE_LIST, 1, 7);
    assert_ptr_equal(lb_value_at(lb_value_at(root, 26), 0), lb_value_at(lb_value_at(root, 27), 0));
    const lb_value *by_number = lb_value_at(root, 28);
    assert_int(lb_value_key(by_number, 0), 3);
    assert_run(lb_value_at(by_number, 0), LB_VALUE_TUPLE, 1, 4);
}

static void
common_values_in_all_protocols(void **state)
{
    (void)state;
    for (int protocol = 0; protocol <= 5; protocol++) {
        char name[20];
        snprintf(name, sizeof name, "common_%d", protocol);
        lb_pickle *pickle = read_pickle(name);
        const lb_value *root = lb_pickle_root(pickle);
        assert_int_equal(root->kind, LB_VALUE_LIST);
        assert_int_equal(lb_value_count(root), 29);
        check_common_scalars(root);
        check_common_containers(root);
        lb_pickle_free(pickle);
    }
}

/* The array's element type and shape, its numbers as doubles, and the type they widen to. */
static void
assert_array(const lb_value *value, const char *element, lb_type type, size_t rank,
             const size_t *shape, const double *expected)
{
    lb_error err = {0};
    lb_array array = {0}, reals = {0}, singles = {0};
    const lb_value_shape *found = lb_value_array(value);
    assert_non_null(found);
    assert_string_equal(lb_element_name(found->element), element);
    assert_int_equal(found->rank, rank);
    assert_ok(lb_value_to_array(&array, value, &err));
    assert_ok(lb_value_to_reals(&reals, value, LB_F64, &err));
    assert_ok(lb_value_to_reals(&singles, value, LB_F32, &err));
    assert_int_equal(array.type, type);
    assert_int_equal(reals.type, LB_F64);
    assert_int_equal(array.rank, rank);
    for (size_t i = 0; i < rank; i++) {
        assert_int_equal(array.shape[i], shape[i]);
        assert_int_equal(reals.shape[i], shape[i]);
    }
    assert_int_equal(found->count, lb_array_count(&array));
    for (size_t i = 0; i < found->count; i++) {
        double number = type == LB_U8    ? ((uint8_t *)array.data)[i]
                        : type == LB_I8  ? ((int8_t *)array.data)[i]
                        : type == LB_I32 ? ((int32_t *)array.data)[i]
                        : type == LB_I64 ? (double)((int64_t *)array.data)[i]
                        : type == LB_F32 ? (double)((float *)array.data)[i]
                                         : ((double *)array.data)[i];
        assert_true(number == expected[i]);
        assert_true(((double *)reals.data)[i] == expected[i]);
        assert_true(((float *)singles.data)[i] == (float)expected[i]);
    }
    lb_array_release(&singles);
    lb_array_release(&reals);
    lb_array_release(&array);
}

static void
check_number_arrays(const lb_value *root)
{
    const struct {
        const char *element;
        lb_type type;
        size_t rank, shape[2];
        double values[6];
    } cases[] = {
        {"float64", LB_F64, 2, {2, 3}, {0, 1, 2, 3, 4, 5}},
        {"float32", LB_F32, 2, {2, 3}, {0, 1, 2, 3, 4, 5}},
        {"int32", LB_I32, 1, {3}, {0, 1, 2}},
        {"int8", LB_I8, 1, {2}, {-2, 3}},
        {"int16", LB_I32, 1, {2}, {-2, 300}},
        {"int64", LB_I64, 1, {2}, {-0x1p62, 5}},
        {"uint8", LB_U8, 1, {2}, {255, 1}},
        {"uint16", LB_I32, 1, {2}, {65535, 1}},
        {"uint32", LB_I64, 1, {1}, {4294967295}},
        {"uint64", LB_I64, 1, {1}, {7}},
        {"bool", LB_U8, 1, {2}, {1, 0}},
        {"float16", LB_F32, 1, {4}, {1.5, -65504, 0x1p-24, (double)INFINITY}},
        {"float64", LB_F64, 0, {0}, {2.5}},
        {"float64", LB_F64, 2, {0, 3}, {0}},
        {"float64", LB_F64, 1, {1}, {2.5}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_array(lb_value_at(root, i), cases[i].element, cases[i].type, cases[i].rank,
                     cases[i].shape, cases[i].values);
    }
}

static void
check_other_arrays(const lb_value *root)
{
    assert_real(lb_value_at(root, 15), 0.25);
    assert_real(lb_value_at(root, 16), 0.5);
    assert_int(lb_value_at(root, 17), -7);
    assert_bool(lb_value_at(root, 18), true);
    assert_int(lb_value_at(root, 19), 9);
    const lb_value *names = lb_value_at(root, 20), *square = lb_value_at(root, 21);
    assert_int_equal(names->kind, LB_VALUE_LIST);
    assert_text(lb_value_at(names, 0), "sub-1");
    assert_text(lb_value_at(names, 1), "\u00e9");
    assert_int_equal(lb_value_count(square), 2);
    assert_text(lb_value_at(lb_value_at(square, 0), 1), "b");
    assert_text(lb_value_at(lb_value_at(square, 1), 0), "c");
    assert_text(lb_value_at(lb_value_at(root, 22), 0), "xy");
    assert_text(lb_value_at(lb_value_at(root, 22), 1), "z");
    const lb_value *objects = lb_value_at(root, 23), *grid = lb_value_at(root, 24);
    assert_array(lb_value_at(objects, 0), "int64", LB_I64, 1, (size_t[]){2}, (double[]){0, 1});
    assert_text(lb_value_at(objects, 1), "t");
    assert_run(lb_value_at(grid, 0), LB_VALUE_LIST, 3, 1);
    assert_int(lb_value_at(lb_value_at(grid, 1), 1), 5);
    assert_int_equal(lb_value_at(lb_value_at(grid, 1), 2)->kind, LB_VALUE_NONE);
}

static void
arrays_in_all_protocols(void **state)
{
    (void)state;
    for (int protocol = 0; protocol <= 5; protocol++) {
        char name[20];
        snprintf(name, sizeof name, "arrays_%d", protocol);
        lb_pickle *pickle = read_pickle(name);
        assert_int_equal(lb_value_count(lb_pickle_root(pickle)), 25);
        check_number_arrays(lb_pickle_root(pickle));
        check_other_arrays(lb_pickle_root(pickle));
        lb_pickle_free(pickle);
    }
}

static void
tensors_within_pickles(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"tensors_1", "tensors_2", "tensors_4"};
    for (size_t i = 0; i < 3; i++) {
        lb_pickle *pickle = read_pickle(NAMES[i]);
        const lb_value *root = lb_pickle_root(pickle);
        assert_array(lb_value_find(root, "w"), "float32", LB_F32, 2, (size_t[]){2, 3},
                     (double[]){0, 1, 2, 3, 4, 5});
        assert_array(lb_value_find(root, "t"), "float32", LB_F32, 2, (size_t[]){3, 2},
                     (double[]){0, 3, 1, 4, 2, 5});
        assert_array(lb_value_find(root, "v"), "float32", LB_F32, 1, (size_t[]){2},
                     (double[]){4, 5});
        assert_array(lb_value_find(root, "s"), "float32", LB_F32, 0, NULL, (double[]){3.5});
        assert_array(lb_value_find(root, "b"), "bfloat16", LB_F32, 1, (size_t[]){2},
                     (double[]){1.5, -3});
        assert_array(lb_value_find(root, "p"), "bool", LB_U8, 1, (size_t[]){2}, (double[]){1, 0});
        assert_array(lb_value_find(root, "e"), "float32", LB_F32, 2, (size_t[]){0, 2}, NULL);
        assert_run(lb_value_find(root, "z"), LB_VALUE_TUPLE, 1, 2);
        const lb_pickle_tensor *view = lb_value_tensor(lb_value_find(root, "v"));
        assert_int_equal(view->offset, 4);
        assert_int_equal(view->storage->count, 6);
        lb_pickle_free(pickle);
    }
}

#define PAIR(literal) (literal), sizeof(literal) - 1

/* One list, in the opcodes that today's Python leaves aside. */
static void
opcodes_that_are_rare(void **state)
{
    (void)state;
    const struct {
        const char *bytes;
        size_t size;
    } same[] = {
        {PAIR("(lI1\naI2\na.")},                        /* MARK LIST INT APPEND */
        {PAIR("(K\1K\2l.")},                            /* LIST of two */
        {PAIR("](K\1K\2e.")},                           /* APPENDS */
        {PAIR("](L1L\nL2\ne.")},                        /* LONG */
        {PAIR("](\x8a\1\1\x8b\1\0\0\0\2e.")},           /* LONG1, LONG4 */
        {PAIR("]p0\n0g0\n(K\1K\2e.")},                  /* PUT, POP, GET */
        {PAIR("]q\0000h\0(K\1K\2e.")},                  /* BINPUT, BINGET */
        {PAIR("]r\1\0\0\0000j\1\0\0\0(K\1K\2e.")},      /* LONG_BINPUT, LONG_BINGET */
        {PAIR("]K\1a2(K\2e0.")},                        /* DUP: both are the same list */
        {PAIR("](N1(N0K\1K\2e.")},                      /* POP_MARK */
        {PAIR("](N(01(K\1K\2e.")},                      /* POP of a mark */
        {PAIR("\x80\4\x95\3\0\0\0\0\0\0\0]K\1aK\2a.")}, /* FRAME */
        {PAIR("N](K\1K\2e.")},                          /* STOP takes the top */
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        lb_pickle *pickle = parse_bytes(same[i].bytes, same[i].size);
        assert_run(lb_pickle_root(pickle), LB_VALUE_LIST, 2, 1);
        lb_pickle_free(pickle);
    }
}

static void
values_that_are_rare(void **state)
{
    (void)state;
    const struct {
        const char *bytes;
        size_t size;
        lb_value_kind kind;
        const char *text;
    } cases[] = {
        {PAIR("S'a\\'b\\x41\\n\\101'\n."), LB_VALUE_TEXT, "a'bA\nA"},
        {PAIR("S\"it's\"\n."), LB_VALUE_TEXT, "it's"},
        {PAIR("S'\\xff'\n."), LB_VALUE_BYTES, "\xff"},
        {PAIR("U\3abc."), LB_VALUE_TEXT, "abc"},
        {PAIR("U\1\x80."), LB_VALUE_BYTES, "\x80"},
        {PAIR("T\3\0\0\0abc."), LB_VALUE_TEXT, "abc"},
        {PAIR("\x80\4\x8d\3\0\0\0\0\0\0\0abc."), LB_VALUE_TEXT, "abc"},
        {PAIR("\x80\4\x8e\3\0\0\0\0\0\0\0abc."), LB_VALUE_BYTES, "abc"},
        {PAIR("\x80\4\x96\3\0\0\0\0\0\0\0abc."), LB_VALUE_BYTES, "abc"},
        {PAIR("Va\\u00e9\\U0001f600\xe9\\q\n."), LB_VALUE_TEXT, "a\u00e9\U0001f600\u00e9\\q"},
        {PAIR("c_codecs\nencode\n(Va\xff\nVlatin-1\ntR."), LB_VALUE_BYTES, "a\xff"},
        {PAIR("ctorch\ndevice\n(U\3cpuK\0tR."), LB_VALUE_TEXT, "cpu"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lb_pickle *pickle = parse_bytes(cases[i].bytes, cases[i].size);
        const lb_value *root = lb_pickle_root(pickle);
        assert_int_equal(root->kind, cases[i].kind);
        assert_int_equal(lb_value_count(root), strlen(cases[i].text));
        assert_memory_equal(root->kind == LB_VALUE_TEXT ? lb_value_text(root)
                                                        : lb_value_bytes(root),
                            cases[i].text, strlen(cases[i].text));
        lb_pickle_free(pickle);
    }
}

static void
numbers_in_letters(void **state)
{
    (void)state;
    const struct {
        const char *bytes;
        double expected;
    } cases[] = {
        {"I-9223372036854775808\n.", -0x1p63},
        {"I9223372036854775807\n.", 0x1p63},
        {"I+5\n.", 5},
        {"I00\n.", 0},
        {"I01\n.", 1},
        {"L-1L\n.", -1},
        {"L12\n.", 12},
        {"F-1.5e3\n.", -1500},
        {"F0.1\n.", 0.1},
        {"F-inf\n.", -(double)INFINITY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double number = 0;
        lb_pickle *pickle = parse_bytes(cases[i].bytes, strlen(cases[i].bytes));
        assert_true(lb_value_number(&number, lb_pickle_root(pickle)));
        assert_true(number == cases[i].expected);
        lb_pickle_free(pickle);
    }
    lb_pickle *pickle = parse("I01\n.");
    assert_bool(lb_pickle_root(pickle), true);
    lb_pickle_free(pickle);
    pickle = parse("\x80\2(\x8a\1\xff\x8a\2\x01\xff\x8a\0\x8b\2\0\0\0\xff\0l.");
    const int64_t numbers[] = {-1, -255, 0, 255};
    for (size_t i = 0; i < 4; i++) {
        assert_int(lb_value_at(lb_pickle_root(pickle), i), numbers[i]);
    }
    lb_pickle_free(pickle);
}

static void
containers_that_are_rare(void **state)
{
    (void)state;
    lb_pickle *pickle = parse("(K\1K\2K\3K\4dK\5K\6s."); /* DICT, SETITEM */
    assert_int_equal(lb_value_count(lb_pickle_root(pickle)), 3);
    assert_int(lb_value_key(lb_pickle_root(pickle), 2), 5);
    assert_int(lb_value_at(lb_pickle_root(pickle), 1), 4);
    lb_pickle_free(pickle);
    pickle = parse("}U\1aK\1sU\1aK\2s."); /* the last one counts */
    assert_int(lb_value_find(lb_pickle_root(pickle), "a"), 2);
    lb_pickle_free(pickle);
    pickle = parse("\x80\2ccollections\nOrderedDict\n)\x81}U\1aK\1sbU\1bK\2s."); /* NEWOBJ, BUILD */
    assert_int_equal(lb_value_count(lb_pickle_root(pickle)), 1);
    assert_int(lb_value_find(lb_pickle_root(pickle), "b"), 2);
    lb_pickle_free(pickle);
    pickle = parse("ccollections\nOrderedDict\n((lp0\n(lp1\nS'a'\naI1\naatR."); /* Python 2 */
    assert_int(lb_value_find(lb_pickle_root(pickle), "a"), 1);
    lb_pickle_free(pickle);
    pickle = parse("c__builtin__\nset\n((lI3\natR.");
    assert_run(lb_pickle_root(pickle), LB_VALUE_SET, 1, 3);
    lb_pickle_free(pickle);
}

/* An array as Python 2 writes it, and one of NumPy 2. */
static void
arrays_of_other_versions(void **state)
{
    (void)state;
    lb_pickle *pickle =
        parse("cnumpy.core.multiarray\n_reconstruct\np0\n(cnumpy\nndarray\np1\n(I0\ntS'b'\ntR(I1\n"
              "(L2L\ntcnumpy\ndtype\n(S'i2'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\n"
              "S'\\x01\\x00\\xfe\\xff'\ntb.");
    assert_array(lb_pickle_root(pickle), "int16", LB_I32, 1, (size_t[]){2}, (double[]){1, -2});
    lb_pickle_free(pickle);
    pickle = parse("\x80\4\x8c\x16numpy._core.multiarray\x8c\x0c_reconstruct\x93\x8c\5numpy\x8c\7"
                   "ndarray\x93K\0\x85"
                   "C\1b\x87R(K\1K\2K\1\x86\x8c\5numpy\x8c\5"
                   "dtype\x93\x8c\2u1\x89\x88\x87R(K\3\x8c\1|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xff"
                   "K\0tb\x89"
                   "C\2\x07\x08tb.");
    assert_array(lb_pickle_root(pickle), "uint8", LB_U8, 2, (size_t[]){2, 1}, (double[]){7, 8});
    lb_pickle_free(pickle);
    pickle = parse("\x80\4\x8c\x16numpy._core.multiarray\x8c\6scalar\x93\x8c\5numpy\x8c\5"
                   "dtype\x93\x8c\2f8\x89\x88\x87R"
                   "C\10\0\0\0\0\0\0\xf8\x3f\x86R.");
    assert_real(lb_pickle_root(pickle), 1.5);
    lb_pickle_free(pickle);
}

#define SAVED \
    "ctorch._utils\n_rebuild_tensor_v2\n((U\7storagectorch\nFloatStorage\nU\00242U\3cpuK\4tQ"

/* What PyTorch's own files hold: the numbers lie elsewhere. */
static void
tensors_whose_numbers_are_elsewhere(void **state)
{
    (void)state;
    lb_error err = {0};
    lb_array array = {0};
    lb_pickle *pickle = parse(SAVED "K\1(K\2K\1t(K\2K\1t\x89)tR.");
    const lb_value *root = lb_pickle_root(pickle);
    const float numbers[4] = {1, 2, 3, 4};
    assert_int_equal(root->kind, LB_VALUE_TENSOR);
    assert_int_equal(lb_value_to_array(&array, root, &err), LB_ERROR_UNSUPPORTED);
    assert_message(&err, "another file");
    lb_pickle_storage *storage = lb_pickle_storage_at(pickle, 0);
    assert_null(lb_pickle_storage_at(pickle, 1));
    assert_string_equal(storage->key, "42");
    assert_int_equal(storage->count, 4);
    assert_int_equal(storage->element, LB_ELEMENT_F32);
    storage->bytes = numbers;
    assert_array(root, "float32", LB_F32, 2, (size_t[]){2, 1}, (double[]){2, 4});
    lb_pickle_free(pickle);
    pickle = parse("(U\7storagectorch\nLongStorage\nU\1aU\3cpuK\3NtQ.");
    assert_int_equal(lb_pickle_root(pickle)->kind, LB_VALUE_TENSOR);
    assert_int_equal(lb_value_count(lb_pickle_root(pickle)), 3);
    lb_pickle_free(pickle);
}

static void
several_pickles_in_a_stream(void **state)
{
    (void)state;
    lb_error err = {0};
    lb_pickle *pickle = NULL;
    const char stream[] = "\x80\2K\1.(K\2K\3t.rest";
    size_t used = 0, first = 0;
    assert_ok(lb_pickle_parse(&pickle, &used, stream, sizeof stream - 1, "t", NULL, &err));
    assert_int_equal(used, 5);
    assert_int(lb_pickle_root(pickle), 1);
    lb_pickle_free(pickle);
    first = used;
    assert_ok(lb_pickle_parse(&pickle, &used, stream + first, sizeof stream - 1 - first, "t", NULL,
                              &err));
    assert_int_equal(used, 7);
    assert_run(lb_pickle_root(pickle), LB_VALUE_TUPLE, 2, 2);
    assert_int_equal(lb_pickle_size(pickle), 11);
    lb_pickle_free(pickle);
}

static void
lists_and_numbers_as_arrays(void **state)
{
    (void)state;
    const struct {
        const char *bytes;
        lb_type type;
        size_t rank, count;
    } cases[] = {{"(I1\nI2\nl.", LB_I64, 1, 2},  {"(I1\nF2.5\nt.", LB_F64, 1, 2},
                 {"(I01\nI00\nl.", LB_U8, 1, 2}, {"(I01\nI7\nl.", LB_I64, 1, 2},
                 {"(l.", LB_F64, 1, 0},          {"I5\n.", LB_I64, 0, 1},
                 {"I01\n.", LB_U8, 0, 1},        {"F5\n.", LB_F64, 0, 1}};
    lb_error err = {0};
    lb_array array = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lb_pickle *pickle = parse_bytes(cases[i].bytes, strlen(cases[i].bytes));
        assert_ok(lb_value_to_array(&array, lb_pickle_root(pickle), &err));
        assert_int_equal(array.type, cases[i].type);
        assert_int_equal(array.rank, cases[i].rank);
        assert_int_equal(lb_array_count(&array), cases[i].count);
        lb_array_release(&array);
        lb_pickle_free(pickle);
    }
    const struct {
        const char *bytes, *message;
    } wrong[] = {{"N.", "is None"},
                 {"U\1a.", "is a text"},
                 {"}.", "is a dict"},
                 {"((lt.", "is a tuple that holds a list"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        lb_pickle *pickle = parse_bytes(wrong[i].bytes, strlen(wrong[i].bytes));
        assert_int_equal(lb_value_to_array(&array, lb_pickle_root(pickle), &err), LB_ERROR_FORMAT);
        assert_message(&err, wrong[i].message);
        lb_pickle_free(pickle);
    }
}

/* uint64 beyond int64: refused as an integer, a double otherwise. */
static void
numbers_that_do_not_fit(void **state)
{
    (void)state;
    lb_error err = {0};
    lb_array array = {0};
    lb_pickle *pickle = parse("cnumpy.core.numeric\n_frombuffer\n(C\10\0\0\0\0\0\0\0\x80"
                              "cnumpy\ndtype\n(U\2u8tR(K\1tU\1CtR.");
    const lb_value *root = lb_pickle_root(pickle);
    assert_int_equal(lb_value_to_array(&array, root, &err), LB_ERROR_NUMERIC);
    assert_null(array.data);
    assert_ok(lb_value_to_reals(&array, root, LB_F64, &err));
    assert_true(*(double *)array.data == 0x1p63);
    lb_array_release(&array);
    assert_int_equal(lb_value_to_reals(&array, root, LB_I32, &err), LB_ERROR_ARGUMENT);
    lb_pickle_free(pickle);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(common_values_in_all_protocols),
        cmocka_unit_test(arrays_in_all_protocols),
        cmocka_unit_test(tensors_within_pickles),
        cmocka_unit_test(opcodes_that_are_rare),
        cmocka_unit_test(values_that_are_rare),
        cmocka_unit_test(numbers_in_letters),
        cmocka_unit_test(containers_that_are_rare),
        cmocka_unit_test(arrays_of_other_versions),
        cmocka_unit_test(tensors_whose_numbers_are_elsewhere),
        cmocka_unit_test(several_pickles_in_a_stream),
        cmocka_unit_test(lists_and_numbers_as_arrays),
        cmocka_unit_test(numbers_that_do_not_fit),
    };
    return cmocka_run_group_tests_name("pickle", tests, NULL, NULL);
}
