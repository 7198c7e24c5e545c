/* SPDX-License-Identifier: MIT */
/* Python's pickles, protocols 0 to 5, read without executing anything: lists, tuples, sets, dicts,
 * numbers, strings, NumPy arrays and scalars, PyTorch tensors. A pickle is a program for a stack
 * machine with a memo; CPython's Lib/pickletools.py defines the opcodes. The few functions that
 * data files call are implemented here in C, by name. Every other name is refused:
 *   "evil.pkl: byte 12: asks for 'posix.system', which this reader never runs (...)"
 * or, if the limits allow it, becomes an opaque object. It is never executed.
 *
 * Input is treated as hostile. Sizes are checked against the available bytes. Memory is bounded by
 * the file's size. Time is linear in it. Values that are referenced several times are shared, not
 * copied. Values that contain themselves are refused. So are files whose number of values, counted
 * with repetitions, exceeds the limit. So a walk through the tree always ends. */
#ifndef LESIONBENCH_PICKLE_H
#define LESIONBENCH_PICKLE_H

#include "lesionbench/array.h"
#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lb_value_kind {
    LB_VALUE_NONE = 0,
    LB_VALUE_BOOL,
    LB_VALUE_INT,
    LB_VALUE_REAL,
    LB_VALUE_TEXT,
    LB_VALUE_BYTES, /* also a bytearray */
    LB_VALUE_LIST,  /* also a NumPy array of objects or strings: lists in lists, by its axes */
    LB_VALUE_TUPLE,
    LB_VALUE_SET,    /* also a frozenset; members in the file's order */
    LB_VALUE_DICT,   /* also an OrderedDict; pairs in the file's order */
    LB_VALUE_ARRAY,  /* NumPy's; its scalars are BOOL, INT, REAL or TEXT */
    LB_VALUE_TENSOR, /* PyTorch's: tensor, parameter, or bare storage */
    LB_VALUE_OPAQUE  /* what this reader does not make, see lb_pickle_limits.opaque */
} lb_value_kind;

/* Owned by its lb_pickle, like everything that is reachable from it. */
typedef struct lb_value {
    lb_value_kind kind;
    union {
        bool boolean;
        int64_t integer;
        double real;
        const struct lb_pickle_opaque *opaque;
        /* The other kinds: private, see the functions below. */
        const struct lb_pickle_bytes *bytes;
        struct lb_pickle_items *items;
        struct lb_pickle_array *array;
        struct lb_pickle_tensor *tensor;
    };
} lb_value;

/* "a list", "a number", for messages. */
const char *lb_value_kind_name(lb_value_kind kind);

/* Members of LIST, TUPLE, SET; pairs of DICT; bytes of TEXT and BYTES; elements of ARRAY and
 * TENSOR; else 0. */
size_t lb_value_count(const lb_value *value);
/* A member of LIST, TUPLE, SET, or the value of a pair of DICT; index < lb_value_count(). */
const lb_value *lb_value_at(const lb_value *value, size_t index);
/* The key of a pair of DICT. */
const lb_value *lb_value_key(const lb_value *value, size_t index);
/* The value under a text key of DICT (the last one, as in Python), or NULL. Linear in the pairs. */
const lb_value *lb_value_find(const lb_value *value, const char *key);
/* UTF-8 of TEXT, with a zero byte after it (there may be more within it); NULL for other kinds. */
const char *lb_value_text(const lb_value *value);
/* BYTES; NULL for other kinds. */
const void *lb_value_bytes(const lb_value *value);
/* The name of an OPAQUE value, "argparse.Namespace", or the reason why it cannot be read, "a tensor
 * that repeats its storage"; NULL for other kinds. *faulty: true for a reason; may be NULL. */
const char *lb_value_opaque(bool *faulty, const lb_value *value);
/* True for BOOL, INT and REAL; *out is their value. */
bool lb_value_number(double *out, const lb_value *value);

/* Elements of arrays and tensors as the file has them. */
typedef enum lb_element {
    LB_ELEMENT_BOOL = 0,
    LB_ELEMENT_I8,
    LB_ELEMENT_I16,
    LB_ELEMENT_I32,
    LB_ELEMENT_I64,
    LB_ELEMENT_U8,
    LB_ELEMENT_U16,
    LB_ELEMENT_U32,
    LB_ELEMENT_U64,
    LB_ELEMENT_F16,
    LB_ELEMENT_BF16,
    LB_ELEMENT_F32,
    LB_ELEMENT_F64
} lb_element;

/* "float32", as NumPy and PyTorch call it. */
const char *lb_element_name(lb_element element);
size_t lb_element_size(lb_element element);

typedef struct lb_value_shape {
    lb_element element;
    size_t rank;
    size_t shape[LB_MAX_RANK]; /* in the order of the axes, whatever the order in the file */
    size_t count;              /* the product of the shape */
} lb_value_shape;

/* Of ARRAY and TENSOR; NULL for other kinds. */
const lb_value_shape *lb_value_array(const lb_value *value);

/* A new row-major array, freed with lb_array_release(), of
 *   ARRAY and TENSOR: in the narrowest lb_type that holds all values of the element type: bool as
 *     LB_U8, int16 and uint16 as LB_I32, uint32 as LB_I64, float16 and bfloat16 as LB_F32, uint64
 *     as LB_I64 (LB_ERROR_NUMERIC where a number does not fit). LB_ERROR_UNSUPPORTED for a tensor
 *     whose storage's bytes are not known (see below);
 *   LIST, TUPLE and SET of numbers: rank 1, LB_F64 where one is REAL, LB_U8 where all are BOOL,
 *     else LB_I64 (LB_F64 where empty);
 *   a number: rank 0.
 * Everything else is LB_ERROR_FORMAT: "is a list that holds a text, where numbers are wanted".
 * Messages do not name the file. */
lb_status lb_value_to_array(lb_array *out, const lb_value *value, lb_error *err);
/* The same as LB_F32 or LB_F64, rounded to it. */
lb_status lb_value_to_reals(lb_array *out, const lb_value *value, lb_type type, lb_error *err);

/* A storage: the elements that tensors are views of. In plain pickles its bytes are in the pickle.
 * In PyTorch's files they are elsewhere, under the key; the reader of these files sets `bytes`
 * after lb_pickle_parse(). */
typedef struct lb_pickle_storage {
    lb_element element;
    size_t count;      /* elements */
    const char *key;   /* "0", "94581...", or NULL where the pickle gives none */
    const void *bytes; /* count elements, little-endian, at any address; NULL: not known */
} lb_pickle_storage;

typedef struct lb_pickle_tensor {
    lb_value_shape shape;
    int64_t strides[LB_MAX_RANK]; /* in elements, never negative */
    size_t offset;                /* in elements; with the strides it stays within the storage */
    const lb_pickle_storage *storage;
} lb_pickle_tensor;

/* Of TENSOR; NULL for other kinds. */
const lb_pickle_tensor *lb_value_tensor(const lb_value *value);

/* 0: the default. */
typedef struct lb_pickle_limits {
    uint64_t file_size; /* bytes, default 16 GiB: files are mapped, not loaded */
    size_t memory;      /* bytes for values, default 1 MiB + 64 x file size, at most 8 GiB */
    size_t values;      /* counted as often as they are referred to, default 2^20 + 16 x file size,
                           at most 2^28 */
    size_t stack;       /* values on the machine's stack, default 2^26 */
    size_t memo;        /* remembered values, default 2^26 */
    size_t depth;       /* of containers in containers, default 100 */
    bool opaque_storages; /* PyTorch's storages of types that are not read are such values, too */
    bool opaque; /* objects of names that are not known, and what is asked for beyond what is
                    offered here, become OPAQUE values; they are an error otherwise */
} lb_pickle_limits;

typedef struct lb_pickle lb_pickle;

/* Reads a file that holds one pickle and nothing after it. limits may be NULL. LB_ERROR_FORMAT:
 * damaged, or over a limit. LB_ERROR_UNSUPPORTED: it uses a function that this reader does not
 * have. The message has the path and the byte. The file stays mapped until lb_pickle_free(); it
 * must not be truncated before. */
lb_status lb_pickle_read(lb_pickle **out, const char *path, const lb_pickle_limits *limits,
                         lb_error *err);
/* Parses the pickle at the start of `size` bytes, which must outlive *out. *used: its length, for
 * streams of several pickles. If used is NULL, nothing may follow the pickle. `name`: prefix of
 * messages. */
lb_status lb_pickle_parse(lb_pickle **out, size_t *used, const void *bytes, size_t size,
                          const char *name, const lb_pickle_limits *limits, lb_error *err);
/* Accepts NULL. */
void lb_pickle_free(lb_pickle *pickle);
const lb_value *lb_pickle_root(const lb_pickle *pickle);
/* The bytes of the file, or those parsed. */
size_t lb_pickle_size(const lb_pickle *pickle);
/* The storages in the file's order, one for each time the file names one (several may have the same
 * key); NULL past the last. */
lb_pickle_storage *lb_pickle_storage_at(lb_pickle *pickle, size_t index);

#ifdef __cplusplus
}
#endif

#endif
