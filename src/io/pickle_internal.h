/* SPDX-License-Identifier: MIT */
/* What the parts of the pickle reader share. A machine runs one pickle; the lb_pickle that it works
 * for owns all values in an arena and accounts for memory. */
#ifndef LB_IO_PICKLE_INTERNAL_H
#define LB_IO_PICKLE_INTERNAL_H

#include "file_map.h"
#include "lesionbench/pickle.h"

/* Kinds that only the machine knows. The last walk turns them into public ones or refuses them. */
enum {
    PICKLE_ABSENT = 100, /* no value: an unused place of the memo */
    PICKLE_GLOBAL,       /* integer: index of the table of globals */
    PICKLE_DTYPE,        /* array: its element, size and order */
    PICKLE_NDARRAY,      /* array, whose state BUILD sets */
    PICKLE_STORAGE       /* tensor, the whole storage */
};

/* TEXT and BYTES. */
typedef struct lb_pickle_bytes {
    size_t length;
    const char *bytes;
} lb_pickle_bytes;

/* OPAQUE. */
struct lb_pickle_opaque {
    bool faulty;
    const char *text; /* without control characters */
};

/* LIST, TUPLE, SET; a DICT's are keys and values in turn. */
typedef struct lb_pickle_items {
    size_t count, capacity; /* values, so twice the pairs of a DICT */
    lb_value *values;
    size_t expanded; /* of the last walk: 0 before, PICKLE_UNDER_WAY within, then values below */
    size_t height;   /* of the containers below, with this one */
} lb_pickle_items;

/* What arrays may hold beside numbers; never seen outside. */
typedef enum lb_pickle_content {
    PICKLE_NUMBERS,
    PICKLE_OBJECTS,
    PICKLE_ASCII, /* 'S': size bytes each, padded with zeros */
    PICKLE_UCS4   /* 'U': size / 4 code points */
} lb_pickle_content;

/* A dtype, and the array that has it. */
typedef struct lb_pickle_array {
    lb_value_shape shape;
    lb_pickle_content content;
    size_t size;  /* bytes of an element */
    bool swapped; /* big-endian */
    bool built;   /* has shape and data */
    bool fortran; /* the first axis runs fastest */
    const uint8_t *data;
    lb_value list; /* for contents other than numbers */
} lb_pickle_array;

/* Memory in steps; nothing is freed before all is. */
typedef struct lb_pickle_chunk lb_pickle_chunk;

struct lb_pickle {
    lb_pickle_limits limits;
    size_t charged; /* bytes of memory so far */
    lb_pickle_chunk *chunks;
    lb_pickle_storage **storages;
    size_t storage_count, storage_room;
    size_t nested; /* bytes of pickles within the pickle so far */
    size_t source_size;
    lb_value root;
    lb_file_map map; /* of lb_pickle_read() */
};

typedef struct lb_pickle_machine lb_pickle_machine;
struct lb_pickle_machine {
    lb_pickle *pickle;
    /* lb_pickle_run_next(), for a pickle within the pickle. */
    lb_status (*run_next)(lb_value *out, lb_pickle_machine *machine);
    const char *name; /* for messages */
    lb_error *err;
    const uint8_t *bytes;
    size_t size, at, opcode_at;
    lb_value *stack;
    size_t depth, capacity;
    size_t *marks; /* stack depths */
    size_t mark_count, mark_capacity;
    lb_value *memo;
    size_t memo_capacity, memo_count;
    bool nested; /* within another pickle's bytes */
    bool stopped;
};

/* pickle_fail.c: "NAME: byte N: message" for the opcode under way. */
lb_status lb_pickle_fail(lb_pickle_machine *machine, lb_status code, const char *format, ...)
    LB_PRINTF(3, 4);

/* pickle_arena.c: memory. All give NULL with err set where memory or the limit is out. */
void *lb_pickle_take(lb_pickle *pickle, size_t size, lb_error *err);
/* The array of *room elements (NULL at first) with room for `wanted`: the same, or a copy. */
void *lb_pickle_grow(lb_pickle *pickle, void *old, size_t *capacity, size_t wanted, size_t size,
                     lb_error *err);
void lb_pickle_release(lb_pickle *pickle);

/* New values. */
lb_status lb_pickle_new_items(lb_value *out, lb_pickle_machine *machine, lb_value_kind kind,
                              const lb_value *values, size_t count);
lb_status lb_pickle_append(lb_pickle_machine *machine, lb_pickle_items *items,
                           const lb_value *values, size_t count);
/* A view of bytes that last as long as the pickle. */
lb_status lb_pickle_new_bytes(lb_value *out, lb_pickle_machine *machine, const void *bytes,
                              size_t length);
/* A copy, which must be UTF-8 (with lone surrogates, as Python's may be). */
lb_status lb_pickle_new_text(lb_value *out, lb_pickle_machine *machine, const void *bytes,
                             size_t length);
/* What is not made, where the limits allow that: an object of this name, or, with the error that
 * the machine has, what cannot be read. */
lb_status lb_pickle_new_opaque(lb_value *out, lb_pickle_machine *machine, const char *name);
lb_status lb_pickle_new_faulty(lb_value *out, lb_pickle_machine *machine);
/* Whether an error is of what is not offered, which becomes an OPAQUE value. */
bool lb_pickle_leaves(const lb_pickle_machine *machine, lb_status status);
lb_status lb_pickle_new_storage(lb_value *out, lb_pickle_machine *machine, lb_element element,
                                const char *key, size_t count, const void *bytes);

/* pickle_text.c: what protocol 0 writes in letters, and character codes. */
lb_status lb_pickle_line_int(lb_value *out, lb_pickle_machine *machine, const char *line,
                             size_t length, bool is_long);
lb_status lb_pickle_line_real(lb_value *out, lb_pickle_machine *machine, const char *line,
                              size_t length);
/* 'text' or "text" with the escapes of Python's repr(). */
lb_status lb_pickle_line_string(lb_value *out, lb_pickle_machine *machine, const char *line,
                                size_t length);
/* Latin-1 with \uXXXX and \UXXXXXXXX. */
lb_status lb_pickle_line_unicode(lb_value *out, lb_pickle_machine *machine, const char *line,
                                 size_t length);
/* A string of Python 2: TEXT where it is ASCII, else BYTES. */
lb_status lb_pickle_old_string(lb_value *out, lb_pickle_machine *machine, const void *bytes,
                               size_t length);
/* The bytes that Latin-1 has for a text. */
lb_status lb_pickle_latin1(lb_value *out, lb_pickle_machine *machine, const lb_value *text);
/* The text of `count` code points of 4 bytes, without the zeros at its end. */
lb_status lb_pickle_ucs4(lb_value *out, lb_pickle_machine *machine, const uint8_t *bytes,
                         size_t count, bool swapped);

/* pickle_names.c: the names that are known, and what a call of each is. */
typedef enum lb_pickle_callee {
    PICKLE_NO_CALL, /* a name that others take as an argument */
    PICKLE_RECONSTRUCT,
    PICKLE_SCALAR,
    PICKLE_FROMBUFFER,
    PICKLE_MAKE_DTYPE,
    PICKLE_ENCODE,
    PICKLE_MAKE_BYTES,
    PICKLE_MAKE_SET,
    PICKLE_ORDERED_DICT,
    PICKLE_DEFAULT_DICT,
    PICKLE_TORCH_TENSOR,
    PICKLE_TORCH_PARAMETER,
    PICKLE_TORCH_TYPED,
    PICKLE_TORCH_LOAD,
    PICKLE_TORCH_DEVICE,
    PICKLE_TORCH_SIZE,
    PICKLE_CALLEES
} lb_pickle_callee;

/* False where the name is not known. */
bool lb_pickle_find_global(lb_value *out, const char *module, size_t module_length,
                           const char *name, size_t name_length);
lb_pickle_callee lb_pickle_callee_of(const lb_value *global);
/* "numpy.ndarray" */
void lb_pickle_global_name(char *out, size_t size, const lb_value *global);
/* The element of a storage class, false for other globals. */
bool lb_pickle_storage_class(lb_element *out, const lb_value *global);
/* Whether the global has this name. */
bool lb_pickle_is_global(const lb_value *value, const char *module, const char *name);

/* pickle_globals.c: what calling them gives. */
lb_status lb_pickle_global(lb_value *out, lb_pickle_machine *machine, const char *module,
                           size_t module_length, const char *name, size_t name_length);
lb_status lb_pickle_call(lb_value *out, lb_pickle_machine *machine, const lb_value *global,
                         const lb_value *arguments);
lb_status lb_pickle_build(lb_pickle_machine *machine, const lb_value *object,
                          const lb_value *state);

/* The functions, by their arguments. */
typedef lb_status (*lb_pickle_function)(lb_value *out, lb_pickle_machine *machine,
                                        const lb_value *arguments, size_t count);
lb_status lb_pickle_np_reconstruct(lb_value *, lb_pickle_machine *, const lb_value *, size_t);
lb_status lb_pickle_np_dtype(lb_value *, lb_pickle_machine *, const lb_value *, size_t);
lb_status lb_pickle_np_scalar(lb_value *, lb_pickle_machine *, const lb_value *, size_t);
lb_status lb_pickle_np_frombuffer(lb_value *, lb_pickle_machine *, const lb_value *, size_t);
lb_status lb_pickle_np_build(lb_pickle_machine *, const lb_value *object, const lb_value *state);
/* A tuple of sides, and their product. */
lb_status lb_pickle_shape(lb_value_shape *out, lb_pickle_machine *machine, const lb_value *sides);
lb_status lb_pickle_torch_tensor(lb_value *, lb_pickle_machine *, const lb_value *, size_t);
lb_status lb_pickle_torch_parameter(lb_value *, lb_pickle_machine *, const lb_value *, size_t);
lb_status lb_pickle_torch_load(lb_value *, lb_pickle_machine *, const lb_value *, size_t);
lb_status lb_pickle_torch_persistent(lb_value *out, lb_pickle_machine *machine, const lb_value *id);

/* pickle_run.c: runs the pickle at `at` to its STOP, with a new stack and memo. */
lb_status lb_pickle_run_next(lb_value *out, lb_pickle_machine *machine);

/* pickle_check.c: makes all values public ones, refuses loops and what is too deep or too many. */
lb_status lb_pickle_check(lb_pickle *pickle, const char *name, lb_error *err);

#endif
