/* SPDX-License-Identifier: MIT */
/* Pickles that are damaged, or that were made to do harm: each is refused in one line, in bounded
 * memory and time, and nothing is run. */
#include "pickle_testing.h"

#define PAIR(literal) (literal), sizeof(literal) - 1

typedef struct refusal {
    const char *bytes;
    size_t size;
    lb_status status;
    const char *message;
} refusal;

static lb_status
parse(lb_pickle **out, const void *bytes, size_t size, const lb_pickle_limits *limits,
      lb_error *err)
{
    /* Of this very size, so that AddressSanitizer sees every byte that is read beyond it. */
    char *copy = malloc(size > 0 ? size : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    lb_status status = lb_pickle_parse(out, NULL, copy, size, "t.pkl", limits, err);
    if (status == LB_OK) {
        test_touch(lb_pickle_root(*out));
        lb_pickle_free(*out);
    }
    free(copy);
    return status;
}

static void
assert_refused(const refusal *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lb_error err = {0};
        lb_pickle *pickle = NULL;
        lb_status status = parse(&pickle, cases[i].bytes, cases[i].size, NULL, &err);
        if (status != cases[i].status || strstr(err.message, cases[i].message) == NULL ||
            strncmp(err.message, "t.pkl: ", 7) != 0) {
            fail_msg("case %zu: status %d, not %d with '%s': %s", i, (int)status,
                     (int)cases[i].status, cases[i].message, err.message);
        }
        assert_null(pickle);
    }
}

#define REFUSED(cases) assert_refused((cases), sizeof(cases) / sizeof *(cases))
#define NO LB_ERROR_UNSUPPORTED
#define BAD LB_ERROR_FORMAT

static void
nothing_is_run(void **state)
{
    (void)state;
    const refusal cases[] = {
        {PAIR("cposix\nsystem\n(S'true'\ntR."), NO,
         "t.pkl: byte 0: asks for 'posix.system', which this reader never runs (a data file needs "
         "NumPy arrays, lists and numbers alone)"},
        {PAIR("\x80\4\x8c\2os\x8c\6system\x93\x8c\4true\x85R."), NO,
         "byte 14: asks for 'os.system'"},
        {PAIR("(iposix\nsystem\n."), NO, "byte 1: asks for 'posix.system'"},
        {PAIR("cbuiltins\neval\n."), NO, "'builtins.eval'"},
        {PAIR("c__builtin__\napply\n."), NO, "'__builtin__.apply'"},
        {PAIR("cbuiltins\ngetattr\n."), NO, "'builtins.getattr'"},
        {PAIR("cbuiltins\nbytearray\n."), NO, "'builtins.bytearray'"},
        {PAIR("ccopy_reg\n_reconstructor\n."), NO, "'copy_reg._reconstructor'"},
        {PAIR("cnumpy\nload\n."), NO, "'numpy.load'"},
        {PAIR("cnumpy\nndarray.tofile\n."), NO, "'numpy.ndarray.tofile'"},
        {PAIR("cnumpy.core.multiarray\nfromfile\n."), NO, "fromfile"},
        {PAIR("ctorch\nload\n."), NO, "'torch.load'"},
        {PAIR("ctorch.hub\nload\n."), NO, "'torch.hub.load'"},
        {PAIR("cnumpy\nndarra\n."), NO, "'numpy.ndarra'"},
        {PAIR("cnumpy\nndarrayy\n."), NO, "'numpy.ndarrayy'"},
        {PAIR("ca\x1b[31m\nb\x07\n."), NO, "'a?[31m.b?'"},
        {PAIR("\x80\4\x8c\5numpy\x8c\10ndarray\0\x93."), NO, "'numpy.ndarray?'"},
        {PAIR("(icollections\nOrderedDict\n."), NO, "class of Python 1"},
        {PAIR("(ccollections\nOrderedDict\no."), NO, "class of Python 1"},
        {PAIR("\x80\4\x82\1."), NO, "byte 2: asks for an entry of a registry of extensions"},
        {PAIR("\x80\4\x83\1\0."), NO, "extensions"},
        {PAIR("\x80\4\x84\1\0\0\0."), NO, "extensions"},
        {PAIR("ccollections\nOrderedDict\n)}\x92."), NO, "NEWOBJ_EX"},
        {PAIR("Pname\n."), NO, "PERSID"},
        {PAIR("\x80\4\x97."), NO, "buffers outside the file"},
        {PAIR("N\x98."), NO, "byte 1: has buffers outside the file"},
        {PAIR("\x80\6N."), NO, "protocol 6; 0 to 5 can be read"},
        {PAIR("cnumpy\nndarray\n)R."), NO, "calls 'numpy.ndarray'"},
        {PAIR("ctorch\nFloatStorage\n)R."), NO, "calls 'torch.FloatStorage'"},
        {PAIR("cnumpy\nndarray\n."), NO, "holds the name 'numpy.ndarray' as a value"},
        {PAIR("(cnumpy\nndarray\nl."), NO, "holds the name 'numpy.ndarray' as a value"},
        {PAIR("]}b."), NO, "sets the state of a list"},
        {PAIR("cbuiltins\nbytes\n(K\5tR."), NO, "'bytes' with arguments"},
        {PAIR("c_codecs\nencode\n(U\1aU\5utf-8tR."), NO, "_codecs.encode"},
        {PAIR("c_codecs\nencode\n(U\1atR."), NO, "_codecs.encode"},
        {PAIR("K\1Q."), NO, "no PyTorch storage"},
        {PAIR("(U\7storageU\5FloatU\0010U\3cpuK\1tQ."), NO, "no PyTorch storage"},
    };
    REFUSED(cases);
}

static void
damage(void **state)
{
    (void)state;
    const refusal cases[] = {
        {PAIR(""), BAD, "is empty"},
        {PAIR("\xff"), BAD, "is not a pickle"},
        {PAIR("\x89HDF\r\n"), BAD, "t.pkl: is not a pickle"},
        {PAIR("\x93NUMPY"), BAD, "t.pkl: is not a pickle"},
        {PAIR("PK\3\4x"), BAD, "t.pkl: is not a pickle, but a zip archive"},
        {PAIR("subject,age\n"), BAD, "t.pkl: is not a pickle: byte 0: is damaged"},
        {PAIR("N\xff."), BAD, "byte 1: is damaged: there is no opcode 0xff"},
        {PAIR("N"), BAD, "byte 1: is truncated: it ends without the opcode STOP"},
        {PAIR("N.N."), BAD, "byte 2: the pickle ends here, but 2 bytes come after it"},
        {PAIR("."), BAD, "a value is missing"},
        {PAIR("0."), BAD, "a value is missing"},
        {PAIR("2."), BAD, "a value is missing"},
        {PAIR("R."), BAD, "a value is missing"},
        {PAIR(")R."), BAD, "a value is missing"},
        {PAIR("b."), BAD, "a value is missing"},
        {PAIR("Nb."), BAD, "a value is missing"},
        {PAIR("Na."), BAD, "a value is missing"},
        {PAIR("N\x93."), BAD, "a value is missing"},
        {PAIR("N\x86."), BAD, "a value is missing"},
        {PAIR("q\0."), BAD, "a value is missing"},
        {PAIR("]N(a."), BAD, "byte 3: is damaged: a value is missing"},
        {PAIR("](."), BAD, "a value is missing"},
        {PAIR("(e."), BAD, "a value is missing"},
        {PAIR("t."), BAD, "there is no mark"},
        {PAIR("1."), BAD, "there is no mark"},
        {PAIR("]e."), BAD, "there is no mark"},
        {PAIR("K\1)R."), BAD, "calls a number with a tuple"},
        {PAIR("ccollections\nOrderedDict\n]R."), BAD, "calls a function or class with a list"},
        {PAIR("}K\1a."), BAD, "adds to a dict as if it were a list"},
        {PAIR("]K\1K\1s."), BAD, "adds to a list as if it were a dict"},
        {PAIR("](K\1\x90."), BAD, "adds to a list as if it were a set"},
        {PAIR("(K\1d."), BAD, "a key without a value"},
        {PAIR("}(K\1u."), BAD, "a key without a value"},
        {PAIR("(]K\1d."), BAD, "a list as a key"},
        {PAIR("(}\x91."), BAD, "a dict as a key or in a set"},
        {PAIR("\x80\4\x8f(]\x90."), BAD, "a list as a key or in a set"},
        {PAIR("h\5."), BAD, "asks for the value remembered as number 5"},
        {PAIR("Nq\0h\1."), BAD, "asks for the value remembered as number 1"},
        {PAIR("Nr\xff\xff\xff\xff."), BAD,
         "remembers a value as number 4294967295, after 0 others"},
        {PAIR("Np2000\n."), BAD, "remembers a value as number 2000, after 0 others"},
        {PAIR("Np99999999999999\n."), BAD, "remembers a value as number"},
        {PAIR("Np-1\n."), BAD, "below 0"},
        {PAIR("Npx\n."), BAD, "no whole number"},
        {PAIR("Np01\n."), BAD, "memo"},
        {PAIR("\x80\4\x8a\x09\0\0\0\0\0\0\0\0\1."), NO, "a whole number of 9 bytes"},
        {PAIR("\x80\4\x8b\xff\xff\xff\xff."), BAD, "is truncated"},
        {PAIR("I1x\n."), BAD, "no whole number"},
        {PAIR("I\n."), BAD, "no whole number"},
        {PAIR("I-\n."), BAD, "no whole number"},
        {PAIR("I9223372036854775808\n."), BAD, "no whole number of 64 bits"},
        {PAIR("I-9223372036854775809\n."), BAD, "no whole number of 64 bits"},
        {PAIR("L99999999999999999999999L\n."), BAD, "no whole number of 64 bits"},
        {PAIR("F\n."), BAD, "no number"},
        {PAIR("Fabc\n."), BAD, "no number"},
        {PAIR("F 1\n."), BAD, "no number"},
        {PAIR("F0x10\n."), BAD, "no number"},
        {PAIR("F1\0\n."), BAD, "no number"},
        {PAIR("F1111111111111111111111111111111111111111111111111111111111111111111111\n."), BAD,
         "no number"},
        {PAIR("Sabc\n."), BAD, "without quotes"},
        {PAIR("S'abc\n."), BAD, "without quotes"},
        {PAIR("S'\n."), BAD, "without quotes"},
        {PAIR("S'a\\'\n."), BAD, "wrong escape"},
        {PAIR("S'\\q'\n."), BAD, "wrong escape"},
        {PAIR("S'\\x4'\n."), BAD, "wrong escape"},
        {PAIR("V\\u12\n."), BAD, "wrong escape"},
        {PAIR("V\\U00110000\n."), BAD, "wrong escape"},
        {PAIR("X\1\0\0\0\xff."), BAD, "not UTF-8"},
        {PAIR("X\2\0\0\0\xc0\x80."), BAD, "not UTF-8"},
        {PAIR("X\2\0\0\0\xc3(."), BAD, "not UTF-8"},
        {PAIR("X\1\0\0\0\xc3\x80."), BAD, "not UTF-8"},
        {PAIR("X\4\0\0\0\xf4\x90\x80\x80."), BAD, "not UTF-8"},
        {PAIR("X\3\0\0\0\xe0\x80\x80."), BAD, "not UTF-8"},
        {PAIR("c_codecs\nencode\n(X\3\0\0\0\xe2\x82\xacU\6latin1tR."), BAD, "beyond Latin-1"},
        {PAIR("c_codecs\nencode\n(X\2\0\0\0\xc4\x80U\6latin1tR."), BAD, "beyond Latin-1"},
        {PAIR("\x80\4\x95\5\0\0\0\0\0\0\0N."), BAD, "is truncated"},
        {PAIR("\x80\4\x95\xff\xff\xff\xff\xff\xff\xff\xffN."), BAD, "is truncated"},
        {PAIR("\x80\4\x8d\xff\xff\xff\xff\xff\xff\xff\xffN."), BAD, "is truncated"},
        {PAIR("\x80\4\x8e\0\0\0\0\0\0\0\x80N."), BAD, "is truncated"},
        {PAIR("\x80\4K\1K\1\x93."), BAD, "a name that is no text"},
        {PAIR("cbuiltins\nset\n(K\1tR."), BAD, "other than a list"},
        {PAIR("ccollections\nOrderedDict\n((K\1ltR."), BAD, "other than pairs"},
        {PAIR("ccollections\nOrderedDict\n(K\1tR."), BAD, "other than pairs"},
        {PAIR("]q\0h\0a."), NO, "a list that contains itself"},
        {PAIR("}q\0K\1h\0s."), NO, "a dict that contains itself"},
        {PAIR("]q\0h\0\x85q\1a."), NO, "contains itself"},
        {PAIR("](]q\0h\0ae."), NO, "a list that contains itself"},
    };
    REFUSED(cases);
}

#define NEW_ARRAY "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntU\1btR"
#define DTYPE(name) "cnumpy\ndtype\n(S'" name "'\nI0\nI1\ntR"
#define ARRAY(shape, dtype, data) NEW_ARRAY "(I1\n(" shape "t" DTYPE(dtype) "I00\n" data "tb."
#define STATE(dtype, state) DTYPE(dtype) "(I3\n" state "I0\ntb."

static void
arrays_that_lie(void **state)
{
    (void)state;
    const refusal cases[] = {
        {PAIR(ARRAY("I2\n", "f4", "U\4abcd")), BAD, "asks for 8 bytes, where it has 4"},
        {PAIR(ARRAY("I1\n", "f4", "U\5abcde")), BAD, "asks for 4 bytes, where it has 5"},
        {PAIR(ARRAY("I-1\n", "f4", "U\4abcd")), BAD, "no number of elements"},
        {PAIR(ARRAY("F1\n", "f4", "U\4abcd")), BAD, "no number of elements"},
        {PAIR(ARRAY("I4294967296\nI4294967296\n", "i1", "U\0")), BAD, "size overflows"},
        {PAIR(ARRAY("I4611686018427387904\n", "f8", "U\0")), BAD, "size overflows"},
        {PAIR(ARRAY("I1\nI1\nI1\nI1\nI1\nI1\nI1\nI1\nI1\n", "i1", "U\1a")), BAD, "at most 8"},
        {PAIR(ARRAY("I1\n", "i1", "N")), BAD, "an array whose data is None"},
        {PAIR(ARRAY("I1\n", "i1", "]")), BAD, "an array whose data is a list"},
        {PAIR(ARRAY("I1\n", "O8", "U\1a")), BAD, "an array whose data is bytes"},
        {PAIR(ARRAY("I2\n", "O8", "]")), BAD, "asks for 2 objects, where it has 0"},
        {PAIR(ARRAY("I1\n", "c8", "U\0")), NO, "elements of type 'c8'"},
        {PAIR(ARRAY("I1\n", "M8", "U\0")), NO, "elements of type 'M8'"},
        {PAIR(ARRAY("I1\n", "f16", "U\0")), NO, "elements of type 'f16'"},
        {PAIR(ARRAY("I1\n", "V4", "U\0")), NO, "elements of type 'V4'"},
        {PAIR(ARRAY("I1\n", "f", "U\0")), NO, "elements of type 'f'"},
        {PAIR(ARRAY("I1\n", "", "U\0")), NO, "elements of type ''"},
        {PAIR(ARRAY("I1\n", "S99999999999999999999", "U\0")), NO, "elements of type 'S999"},
        {PAIR(ARRAY("I1\n", "U-1", "U\0")), NO, "elements of type 'U-1'"},
        {PAIR(ARRAY("I1\n", "U1", "U\4\0\0\x7f\x7f")), BAD, "beyond Unicode's"},
        {PAIR(NEW_ARRAY "."), BAD, "a NumPy array without its data"},
        {PAIR("(" NEW_ARRAY "l."), BAD, "a NumPy array without its data"},
        {PAIR(NEW_ARRAY "Nb."), BAD, "the state of a NumPy array"},
        {PAIR(NEW_ARRAY "(I1\n(tNI00\nU\0tb."), BAD, "the state of a NumPy array"},
        {PAIR(NEW_ARRAY "(I1\nI1\n" DTYPE("i1") "I00\nU\1atb."), BAD, "not a tuple"},
        {PAIR(NEW_ARRAY "q\0(I1\n(h\0tt."), BAD, "a NumPy array without its data"},
        {PAIR(NEW_ARRAY "q\0(I1\n(t" DTYPE("O8") "I00\n(h\0ltb."), BAD, "without its data"},
        {PAIR(NEW_ARRAY "q\0(I1\n(I1\nt" DTYPE("O8") "I00\n(h\0ltb."), NO, "contains itself"},
        {PAIR(NEW_ARRAY "q\0(I1\n(t" DTYPE("i1") "q\1I00\nU\1atb(I1\n(th\1I00\nU\1btb."), BAD,
         "the state of a NumPy array"},
        {PAIR("cnumpy.core.multiarray\n_reconstruct\n(ccollections\nOrderedDict\ntR."), NO,
         "a class other than 'numpy.ndarray'"},
        {PAIR("cnumpy.core.multiarray\n_reconstruct\n)R."), NO, "a class other than"},
        {PAIR("cnumpy\ndtype\n)R."), NO, "not given by its name"},
        {PAIR("cnumpy\ndtype\n((ltR."), NO, "not given by its name"},
        {PAIR(DTYPE("f8") "."), NO, "holds a NumPy type as a value"},
        {PAIR(STATE("f8", "S'<'\nN(U\1atNI8\nI1\n")), NO, "elements of several fields"},
        {PAIR(STATE("f8", "S'<'\n(tNNI8\nI1\n")), NO, "elements of several fields"},
        {PAIR(STATE("f8", "NNNNI8\nI1\n")), BAD, "the state of a NumPy type"},
        {PAIR(STATE("U2", "S'<'\nNNNI4\nI1\n")), BAD, "NumPy strings of 8 and of 4 bytes"},
        {PAIR(DTYPE("f8") "Nb."), BAD, "the state of a NumPy type"},
        {PAIR("cnumpy.core.multiarray\nscalar\n(" DTYPE("f8") "U\4abcdtR."), BAD,
         "asks for 8 bytes"},
        {PAIR("cnumpy.core.multiarray\nscalar\n(" DTYPE("O8") "]tR."), NO,
         "scalar that is an object"},
        {PAIR("cnumpy.core.multiarray\nscalar\n(U\2f8U\4abcdtR."), BAD, "parts of a NumPy scalar"},
        {PAIR("cnumpy.core.multiarray\nscalar\n(" DTYPE("u8") "C\10\0\0\0\0\0\0\0\x80tR."), NO,
         "does not fit in 64 bits"},
        {PAIR("cnumpy.core.numeric\n_frombuffer\n(C\1a" DTYPE("i1") "(K\2tU\1CtR."), BAD,
         "asks for 2 bytes"},
        {PAIR("cnumpy.core.numeric\n_frombuffer\n(]" DTYPE("i1") "(K\2tU\1CtR."), BAD,
         "parts of a NumPy array"},
        {PAIR("cnumpy.core.numeric\n_frombuffer\n(C\1a" DTYPE("O8") "(K\1tU\1CtR."), BAD,
         "whose data is bytes"},
    };
    REFUSED(cases);
}

#define STORAGE "(U\7storagectorch\nFloatStorage\nU\1kU\3cpuK\6tQ"
#define TENSOR(rest) "ctorch._utils\n_rebuild_tensor_v2\n(" STORAGE rest "\x89)tR."
#define LOAD "ctorch.storage\n_load_from_bytes\n"
#define MAGIC "\x80\2\x8a\12\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
#define PREAMBLE                              \
    MAGIC "M\351\003.(U\015little_endian\x88" \
          "d."
#define KEYED "(U\7storagectorch\nByteStorage\nU\1kU\3cpuK\2tQ.(U\1kl."

static void
tensors_that_lie(void **state)
{
    (void)state;
    const refusal cases[] = {
        {PAIR(TENSOR("K\0(K\2K\4t(K\4K\1t")), BAD, "beyond its storage of 6 elements"},
        {PAIR(TENSOR("K\1(K\2K\3t(K\3K\1t")), BAD, "beyond its storage"},
        {PAIR(TENSOR("K\6(t(t")), BAD, "beyond its storage"},
        {PAIR(TENSOR("K\0(K\2t(L4611686018427387905L\nt")), BAD, "beyond its storage"},
        {PAIR(TENSOR("K\0(K\3t(L9223372036854775807L\nt")), BAD, "beyond its storage"},
        {PAIR(TENSOR("L9223372036854775807L\n(K\2t(K\1t")), BAD, "beyond its storage"},
        {PAIR(TENSOR("K\0(K\7K\1t(K\0K\0t")), NO, "repeats its storage"},
        {PAIR(TENSOR("K\0(I4294967296\nI4294967296\nt(K\0K\0t")), BAD, "size overflows"},
        {PAIR(TENSOR("I-1\n(K\1t(K\1t")), BAD, "parts of a tensor"},
        {PAIR(TENSOR("K\0(K\1t(I-1\nt")), BAD, "strides of a tensor"},
        {PAIR(TENSOR("K\0(K\1t(t")), BAD, "strides of a tensor"},
        {PAIR(TENSOR("K\0(K\1tK\1")), BAD, "strides of a tensor"},
        {PAIR(TENSOR("K\0K\1(t")), BAD, "not a tuple"},
        {PAIR("ctorch._utils\n_rebuild_tensor_v2\n)R."), BAD, "parts of a tensor"},
        {PAIR("ctorch._utils\n_rebuild_parameter\n(K\1tR."), BAD, "a parameter that is no tensor"},
        {PAIR("(U\7storagectorch\nFloatStorage\nU\1kU\3cpuI-6\ntQ."), NO, "no PyTorch storage"},
        {PAIR("(U\7storagectorch\nFloatStorage\nU\1kU\3cpuK\6(K\1ttQ."), NO, "a view of another"},
        {PAIR(LOAD "(C\3abctR."), NO, "a form that is not known"},
        {PAIR(LOAD "(K\1tR."), BAD, "other than bytes"},
        {PAIR(LOAD "(B\36\0\0\0" MAGIC "cposix\nsystem\n.tR."), NO, "asks for 'posix.system'"},
        {PAIR(LOAD "(B\23\0\0\0" MAGIC "K\1.NtR."), BAD, "is truncated"},
        {PAIR(LOAD "(B\24\0\0\0" MAGIC "K\1.N.tR."), NO, "version or byte order"},
        {PAIR(LOAD "(B\52\0\0\0" PREAMBLE "N.N.tR."), NO, "more than one PyTorch storage"},
        {PAIR(LOAD "(B\141\0\0\0" PREAMBLE KEYED "\2\0\0\0\0\0\0\0\7\10"
                   "xtR."),
         BAD, "whose bytes are not there"},
        {PAIR(LOAD "(B\140\0\0\0" PREAMBLE KEYED "\3\0\0\0\0\0\0\0\7\10"
                   "tR."),
         BAD, "whose bytes are not there"},
        {PAIR(LOAD "(B\136\0\0\0" PREAMBLE KEYED "\2\0\0\0\0\0\0\0tR."), BAD,
         "whose bytes are not there"},
    };
    REFUSED(cases);
    lb_error err = {0};
    lb_pickle *pickle = NULL;
    const char good[] = LOAD "(B\140\0\0\0" PREAMBLE KEYED "\2\0\0\0\0\0\0\0\7\10"
                             "tR.";
    assert_ok(parse(&pickle, good, sizeof good - 1, NULL, &err));
}

/* Lists of ten references to the list before, `levels` times: few bytes, 10^levels values. */
static size_t
write_laughs(char *out, int levels)
{
    size_t used = 0;
    out[used++] = ']';
    for (int i = 0; i < levels; i++) {
        const char put[] = {'q', (char)i, '0', ']', '('};
        memcpy(out + used, put, sizeof put);
        used += sizeof put;
        for (int j = 0; j < 10; j++) {
            out[used++] = 'h';
            out[used++] = (char)i;
        }
        out[used++] = 'e';
    }
    out[used++] = '.';
    return used;
}

static void
laughs_are_shared_and_counted(void **state)
{
    (void)state;
    char bytes[2000];
    lb_error err = {0};
    lb_pickle *pickle = NULL;
    size_t size = write_laughs(bytes, 3);
    assert_ok(lb_pickle_parse(&pickle, NULL, bytes, size, "t", NULL, &err));
    const lb_value *root = lb_pickle_root(pickle);
    assert_ptr_equal(lb_value_at(lb_value_at(root, 0), 0), lb_value_at(lb_value_at(root, 9), 0));
    lb_pickle_free(pickle);
    pickle = NULL;
    assert_int_equal(parse(&pickle, bytes, size, &(lb_pickle_limits){.values = 1111}, &err), LB_OK);
    pickle = NULL;
    assert_int_equal(parse(&pickle, bytes, size, &(lb_pickle_limits){.values = 1110}, &err), BAD);
    assert_message(&err, "more than 1110 values");
    for (int levels = 8; levels < 80; levels += 20) {
        size = write_laughs(bytes, levels);
        assert_int_equal(parse(&pickle, bytes, size, NULL, &err), BAD);
        assert_message(&err, "values, as often as they are referred to");
    }
    assert_null(pickle);
}

/* `count` lists within each other. */
static void
depth_is_limited(void **state)
{
    (void)state;
    char bytes[1000];
    lb_error err = {0};
    lb_pickle *pickle = NULL;
    for (size_t count = 99; count <= 102; count++) {
        memset(bytes, ']', count);
        memset(bytes + count, 'a', count - 1);
        bytes[2 * count - 1] = '.';
        lb_status status = parse(&pickle, bytes, 2 * count, NULL, &err);
        assert_int_equal(status, count <= 100 ? LB_OK : BAD);
    }
    assert_message(&err, "more than 100 deep");
    /* A list that is 3 deep, visited first at the top, then below two others. */
    const char shared[] = "](]]]aaq\0]]h\0aae.";
    assert_int_equal(
        parse(&pickle, shared, sizeof shared - 1, &(lb_pickle_limits){.depth = 6}, &err), LB_OK);
    assert_int_equal(
        parse(&pickle, shared, sizeof shared - 1, &(lb_pickle_limits){.depth = 5}, &err), BAD);
}

static void
limits_are_kept(void **state)
{
    (void)state;
    const struct {
        const char *bytes;
        size_t size;
        lb_pickle_limits limits;
        const char *message;
    } cases[] = {
        {PAIR("NNNNt."), {.stack = 3}, "more than 3 values on the stack"},
        {PAIR("Nq\0q\1q\2."), {.memo = 2}, "remembers a value as number 2"},
        {PAIR("Nq\3."), {.memo = 2}, "remembers a value as number 3"},
        {PAIR("NNNNN0000."), {.file_size = 9}, "has 10 bytes, more than the 9"},
        {PAIR("N."), {.memory = 100}, "needs more than the 100 bytes of memory"},
        {PAIR(ARRAY("I1000000000\nI0\n", "O8", "]")), {0}, "bytes of memory that a pickle of"},
        {PAIR(ARRAY("I1000000000\n", "U0", "U\0")), {0}, "bytes of memory that a pickle of"},
        {PAIR(ARRAY("I1000000000\n", "S0", "U\0")), {0}, "bytes of memory that a pickle of"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lb_error err = {0};
        lb_pickle *pickle = NULL;
        lb_status status = parse(&pickle, cases[i].bytes, cases[i].size, &cases[i].limits, &err);
        if (status != BAD || strstr(err.message, cases[i].message) == NULL) {
            fail_msg("case %zu: %d, '%s' is not in: %s", i, (int)status, cases[i].message,
                     err.message);
        }
    }
}

/* The same bytes loaded again and again would take quadratic time. */
static void
loading_again_is_refused(void **state)
{
    (void)state;
    const char start[] = LOAD "q\0000(B\140\0\0\0" PREAMBLE KEYED "\2\0\0\0\0\0\0\0\7\10"
                              "tq\1";
    char bytes[1000];
    size_t used = sizeof start - 1;
    lb_error err = {0};
    lb_pickle *pickle = NULL;
    memcpy(bytes, start, used);
    for (int i = 0; i < 8; i++) {
        const char again[] = {'h', 0, 'h', 1, 'R', '0'};
        memcpy(bytes + used, again, sizeof again);
        used += sizeof again;
    }
    bytes[used++] = '.';
    assert_int_equal(parse(&pickle, bytes, used, NULL, &err), BAD);
    assert_message(&err, "again and again");
    const char within[] = LOAD "(B\65\0\0\0" MAGIC LOAD "(C\0tR.tR.";
    assert_int_equal(parse(&pickle, within, sizeof within - 1, NULL, &err), BAD);
    assert_message(&err, "within such bytes");
}

/* A megabyte of one opcode after another: an answer soon, whatever it is. */
static void
floods_of_opcodes(void **state)
{
    (void)state;
    enum { FLOOD = 1 << 20 };
    const struct {
        const char *bytes;
        size_t size;
    } units[] = {
        {PAIR("]")},
        {PAIR("}")},
        {PAIR(")")},
        {PAIR("(")},
        {PAIR("N")},
        {PAIR("N\x94")},
        {PAIR("]\x94")},
        {PAIR("2")},
        {PAIR("(t")},
        {PAIR("]N\x85")},
        {PAIR("(N0")},
        {PAIR("\x8f")},
        {PAIR("N\x85")},
        {PAIR("h\0")},
        {PAIR("K\1")},
        {PAIR("](Ne")},
        {PAIR("\x91(")},
        {PAIR("h\0h\0\x86")},
        {PAIR("(h\0l")},
        {PAIR("h\0Na0")},
        {PAIR("U\1a")},
        {PAIR("I1\n")},
        {PAIR("c_codecs\nencode\n(U\1aU\6latin1tR")},
    };
    lb_error err = {0};
    char *bytes = lb_alloc(FLOOD + 3, 1, &err);
    assert_non_null(bytes);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        lb_pickle *pickle = NULL;
        const char remembered[] = {']', 'q', 0};
        size_t used = sizeof remembered;
        memcpy(bytes, remembered, used);
        for (; used + units[i].size <= FLOOD; used += units[i].size) {
            memcpy(bytes + used, units[i].bytes, units[i].size);
        }
        bytes[used++] = '.';
        double start = lb_seconds();
        if (lb_pickle_parse(&pickle, NULL, bytes, used, "t", NULL, &err) == LB_OK) {
            lb_pickle_free(pickle);
        }
        assert_true(lb_seconds() - start < 20);
    }
    lb_free(bytes);
}

static void
every_beginning_is_truncated(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEST_PICKLE_COUNT; i++) {
        size_t size = 0;
        uint8_t *bytes = test_pickle_bytes(&size, TEST_PICKLES[i]);
        for (size_t keep = 0; keep < size; keep++) {
            lb_error err = {0};
            lb_pickle *pickle = NULL;
            lb_status status = parse(&pickle, bytes, keep, NULL, &err);
            if (status != LB_ERROR_FORMAT) {
                fail_msg("%s cut to %zu bytes: %d, %s", TEST_PICKLES[i], keep, (int)status,
                         err.message);
            }
        }
        lb_free(bytes);
    }
}

/* No turned bit does harm: the file is refused with its name in front, or read. */
static void
turned_bits(void **state)
{
    (void)state;
    static const uint8_t MASKS[] = {0x01, 0x20, 0x80, 0xFF};
    size_t refused = 0, read = 0;
    for (size_t i = 0; i < TEST_PICKLE_COUNT; i++) {
        size_t size = 0;
        uint8_t *bytes = test_pickle_bytes(&size, TEST_PICKLES[i]);
        for (size_t at = 0; at < size * sizeof MASKS; at++) {
            lb_error err = {0};
            lb_pickle *pickle = NULL;
            uint8_t mask = MASKS[at % sizeof MASKS];
            bytes[at / sizeof MASKS] ^= mask;
            lb_status status = parse(&pickle, bytes, size, NULL, &err);
            bytes[at / sizeof MASKS] ^= mask;
            if (status != LB_OK && strncmp(err.message, "t.pkl: ", 7) != 0) {
                fail_msg("%s: %s", TEST_PICKLES[i], err.message);
            }
            refused += status != LB_OK;
            read += status == LB_OK;
        }
        lb_free(bytes);
    }
    assert_true(refused > 1000 && read > 1000);
}

static void
files_that_are_none(void **state)
{
    (void)state;
    lb_error err = {0};
    lb_pickle *pickle = NULL;
    char *path = test_path(state, "t.pkl");
    assert_int_equal(lb_pickle_read(&pickle, "/nowhere.pkl", NULL, &err), LB_ERROR_IO);
    assert_message(&err, "/nowhere.pkl: No such file");
    assert_int_equal(lb_pickle_read(&pickle, "/tmp", NULL, &err), LB_ERROR_IO);
    assert_int_equal(lb_pickle_read(&pickle, "/dev/zero", NULL, &err), LB_ERROR_IO);
    test_write_bytes(path, "", 0);
    assert_int_equal(lb_pickle_read(&pickle, path, NULL, &err), BAD);
    assert_message(&err, "t.pkl: is empty");
    test_write_bytes(path, "K\1.", 3);
    assert_int_equal(lb_pickle_read(&pickle, path, &(lb_pickle_limits){.file_size = 2}, &err), BAD);
    assert_null(pickle);
    lb_free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_run),
        cmocka_unit_test(damage),
        cmocka_unit_test(arrays_that_lie),
        cmocka_unit_test(tensors_that_lie),
        cmocka_unit_test(laughs_are_shared_and_counted),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(loading_again_is_refused),
        cmocka_unit_test(floods_of_opcodes),
        cmocka_unit_test(every_beginning_is_truncated),
        cmocka_unit_test(turned_bits),
        cmocka_unit_test_setup_teardown(files_that_are_none, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("hostile pickles", tests, NULL, NULL);
}
