/* SPDX-License-Identifier: MIT */
/* Errors, memory and the context of a long computation: what every module uses.
 *
 * Errors: a function that can fail returns lb_status and takes a trailing lb_error (never NULL).
 * The deepest frame writes the message with lb_fail(); outer frames may put context in front with
 * lb_fail_context(). Outputs are set only on success.
 */
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

/* Writes the message and returns code, so that `return lb_fail(...)` reads well. A message that is
 * too long loses the middle of its longest word, which is a path as a rule, and never its end. */
lb_status lb_fail(lb_error *err, lb_status code, const char *format, ...) LB_PRINTF(3, 4);
/* The same for functions that take "..." themselves. */
lb_status lb_fail_list(lb_error *err, lb_status code, const char *format, va_list arguments)
    LB_PRINTF(3, 0);
/* Puts "context: " in front of the message that err holds, and returns its code. */
lb_status lb_fail_context(lb_error *err, const char *format, ...) LB_PRINTF(2, 3);
/* lb_fail(LB_ERROR_IO) with the reason of errno: "what: No space left on device". */
lb_status lb_fail_errno(lb_error *err, const char *format, ...) LB_PRINTF(2, 3);

/* Both want a variable `lb_status status` and a label `cleanup`. */
#define LB_TRY(expression)     \
    do {                       \
        status = (expression); \
        if (status != LB_OK) { \
            goto cleanup;      \
        }                      \
    } while (0)

/* Of an argument that must not be NULL: LB_ERROR_ARGUMENT "FUNCTION: ARGUMENT is NULL", and jump.
 * Wants `lb_error *err` as well. */
#define LB_NOT_NULL(argument) LB_TRY(lb_check_pointer((argument), __func__, #argument, err))

/* pointer = zeroed array of count elements, or status and jump. Wants `lb_error *err` as well. */
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

/* Zeroed memory, 64-byte aligned, never NULL for a size of 0. NULL (with err set) where count x
 * size overflows or memory is out. Free with lb_free(). */
void *lb_alloc(size_t count, size_t size, lb_error *err);
void lb_free(void *pointer); /* accepts NULL */
char *lb_strdup(const char *text, lb_error *err);
/* A formatted string that the caller frees with lb_free(); NULL with err set. */
char *lb_format(lb_error *err, const char *format, ...) LB_PRINTF(2, 3);
/* The index of the first value that is not finite; count where there is none. */
size_t lb_first_not_finite(const float *values, size_t count);
/* Levenshtein's distance of a to b, of which the first 64 bytes count. */
size_t lb_edit_distance(const char *a, const char *b);
/* *out = a x b, or LB_ERROR_MEMORY where it overflows. */
lb_status lb_multiply(size_t *out, size_t a, size_t b, lb_error *err);

/* What a long computation reports to and obeys. Borrowed by every function that takes it; NULL is a
 * context that shows nothing and cannot be cancelled. */
typedef struct lb_context {
    /* Called often, from any thread but one at a time; done <= total. `what` is a short phrase, the
     * same through one phase of the work. The first call of a phase comes before its work, with
     * what an earlier run has done of it, so that the time left can be reckoned. */
    void (*progress)(void *data, const char *what, size_t done, size_t total);
    void *progress_data;
    const volatile sig_atomic_t *cancelled; /* not 0: stop soon with LB_ERROR_INTERRUPTED */
    const char *command_line;               /* for provenance; NULL leaves provenance out */
    /* A guess that was made of what was given, in one line without a newline. NULL: not shown. */
    void (*note)(void *data, const char *line);
    void *note_data;
} lb_context;

void lb_progress(const lb_context *context, const char *what, size_t done, size_t total);
/* Says a guess: "X.npy: uint8 images are divided by 255". */
void lb_note(const lb_context *context, const char *format, ...) LB_PRINTF(2, 3);
/* LB_ERROR_INTERRUPTED where the context was cancelled. */
lb_status lb_check_cancelled(const lb_context *context, lb_error *err);
/* The same as a question, for use inside parallel regions. */
bool lb_is_cancelled(const lb_context *context);

/* The instruction set that the kernels use: "baseline", "avx2" or "avx512". It is the best that the
 * processor has, or less where LESIONBENCH_CPU or ONEDNN_MAX_CPU_ISA limits it. LB_ERROR_ARGUMENT
 * where LESIONBENCH_CPU is not the name of a set; it is then ignored. */
lb_status lb_instruction_set(const char **out, lb_error *err);
/* Peak resident memory of this process in bytes; 0 where the system does not tell. */
size_t lb_peak_memory(void);
/* Bytes of memory that programs can still take, at most the limit of this process's control groups;
 * 0 where the system does not say. */
size_t lb_available_memory(void);
/* Seconds from an arbitrary start, monotonic. */
double lb_seconds(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
