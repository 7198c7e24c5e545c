/* SPDX-License-Identifier: MIT */
/* Errors, memory, and the context of a long computation: used by every module.
 *
 * Errors: a function that can fail returns lb_status and has a last argument lb_error, which is
 * never NULL. The innermost function writes the message with lb_fail(). Outer functions may add a
 * prefix with lb_fail_context(). Outputs are set only on success. */
#ifndef LESIONBENCH_BASE_H
#define LESIONBENCH_BASE_H

#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef enum lb_status {
    LB_OK = 0,
    LB_ERROR_ARGUMENT,    /* the caller asked for something impossible */
    LB_ERROR_MEMORY,      /* out of memory, or a size that overflows */
    LB_ERROR_IO,          /* the operating system refused: missing file, full disk */
    LB_ERROR_FORMAT,      /* the bytes are not what they should be */
    LB_ERROR_NUMERIC,     /* not finite, did not converge, does not fit */
    LB_ERROR_INTERRUPTED, /* the context was cancelled */
    LB_ERROR_UNSUPPORTED  /* valid, but not offered here */
} lb_status;

typedef struct lb_error {
    lb_status code;
    char message[1024]; /* one line, no newline at its end, no control characters */
} lb_error;

#if defined(__GNUC__)
#define LB_PRINTF(format_index, first_index) \
    __attribute__((format(printf, format_index, first_index)))
#else
#define LB_PRINTF(format_index, first_index)
#endif

/* Writes the message and returns code, for `return lb_fail(...)`. A message that is too long is
 * shortened in the middle of its longest word, usually a path, never at its end. */
lb_status lb_fail(lb_error *err, lb_status code, const char *format, ...) LB_PRINTF(3, 4);
/* The same for functions with a va_list. */
lb_status lb_fail_list(lb_error *err, lb_status code, const char *format, va_list arguments)
    LB_PRINTF(3, 0);
/* Adds the prefix "context: " to the message in err, and returns its code. */
lb_status lb_fail_context(lb_error *err, const char *format, ...) LB_PRINTF(2, 3);
/* lb_fail(LB_ERROR_IO) with the reason of errno: "what: No space left on device". */
lb_status lb_fail_errno(lb_error *err, const char *format, ...) LB_PRINTF(2, 3);

/* LB_TRY() and LB_ALLOC() need a variable `lb_status status` and a label `cleanup`. */
#define LB_TRY(expression)     \
    do {                       \
        status = (expression); \
        if (status != LB_OK) { \
            goto cleanup;      \
        }                      \
    } while (0)

/* Checks an argument that must not be NULL. If it is NULL: LB_ERROR_ARGUMENT "FUNCTION: ARGUMENT is
 * NULL", and a jump to `cleanup`. Also needs `lb_error *err`. */
#define LB_NOT_NULL(argument) LB_TRY(lb_check_pointer((argument), __func__, #argument, err))

/* pointer = zeroed array of count elements. On failure: sets status and jumps to `cleanup`. Also
 * needs `lb_error *err`. */
#define LB_ALLOC(pointer, count)                               \
    do {                                                       \
        (pointer) = lb_alloc((count), sizeof *(pointer), err); \
        if ((pointer) == NULL) {                               \
            status = err->code;                                \
            goto cleanup;                                      \
        }                                                      \
    } while (0)

lb_status lb_check_pointer(const void *pointer, const char *function, const char *argument,
                           lb_error *err);

/* Allocates zeroed memory, aligned to 64 bytes; not NULL for a size of 0. NULL with err set if
 * count x size overflows or memory is exhausted. Free it with lb_free(). */
void *lb_alloc(size_t count, size_t size, lb_error *err);
void lb_free(void *pointer); /* accepts NULL */
char *lb_strdup(const char *text, lb_error *err);
/* A formatted string that the caller frees with lb_free(); NULL with err set. */
char *lb_format(lb_error *err, const char *format, ...) LB_PRINTF(2, 3);
/* The index of the first value that is not finite; count if all are finite. */
size_t lb_first_not_finite(const float *values, size_t count);
/* Levenshtein's distance of a and b; only the first 64 bytes of each count. */
size_t lb_edit_distance(const char *a, const char *b);
/* *out = a x b. LB_ERROR_MEMORY if it overflows. */
lb_status lb_multiply(size_t *out, size_t a, size_t b, lb_error *err);

/* The context of a long computation: progress, cancellation, notes. Borrowed by every function that
 * takes it. NULL: no messages, no cancellation. */
typedef struct lb_context {
    /* Called often, from any thread, but one at a time; done <= total. `what`: a short phrase,
     * constant during one phase of the work. The first call of a phase comes before its work, with
     * what an earlier run has done of it, to estimate the remaining time. */
    void (*progress)(void *data, const char *what, size_t done, size_t total);
    void *progress_data;
    const volatile sig_atomic_t *cancelled; /* not 0: stop soon with LB_ERROR_INTERRUPTED */
    const char *command_line;               /* for provenance; NULL leaves provenance out */
    /* Reports an assumption about the input, in one line without a newline. NULL: not shown. */
    void (*note)(void *data, const char *line);
    void *note_data;
} lb_context;

void lb_progress(const lb_context *context, const char *what, size_t done, size_t total);
/* Reports an assumption: "X.npy: uint8 images are divided by 255". */
void lb_note(const lb_context *context, const char *format, ...) LB_PRINTF(2, 3);
/* LB_ERROR_INTERRUPTED if the context was cancelled. */
lb_status lb_check_cancelled(const lb_context *context, lb_error *err);
/* The same as a bool, for parallel regions. */
bool lb_is_cancelled(const lb_context *context);

/* The instruction set that the kernels use: "baseline", "avx2" or "avx512". It is the best that the
 * processor has, or less where LESIONBENCH_CPU or ONEDNN_MAX_CPU_ISA limits it. LB_ERROR_ARGUMENT
 * where LESIONBENCH_CPU is not the name of a set; it is then ignored. */
lb_status lb_instruction_set(const char **out, lb_error *err);
/* Peak resident memory of this process in bytes; 0 where the system does not tell. */
size_t lb_peak_memory(void);
/* Available memory in bytes, at most the limit of this process's control groups; 0 if unknown. */
size_t lb_available_memory(void);
/* A monotonic clock in seconds, from an arbitrary start. */
double lb_seconds(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
