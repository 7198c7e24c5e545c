/* SPDX-License-Identifier: MIT */
/* A folder for each test of files, and what such tests do with bytes. */
#ifndef LB_TESTS_IO_TESTING_H
#define LB_TESTS_IO_TESTING_H

#include "testing.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define assert_message(err, part)                                   \
    do {                                                            \
        if (strstr((err)->message, (part)) == NULL) {               \
            fail_msg("'%s' is not in: %s", (part), (err)->message); \
        }                                                           \
    } while (0)

/* A new folder below the system's temporary one, as *state. */
static inline int
test_setup(void **state)
{
    lb_error err;
    const char *parent = getenv("TMPDIR");
    char *folder = lb_format(&err, "%s/lb-test-XXXXXX", parent != NULL ? parent : "/tmp");
    *state = folder;
    return folder != NULL && mkdtemp(folder) != NULL ? 0 : -1;
}

/* Whether anything has this name, a link to nothing too. */
static inline bool
test_exists(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0;
}

/* path = a file in the test's folder; lb_free() it. */
static inline char *
test_path(void **state, const char *name)
{
    lb_error err = {0};
    char *path = lb_format(&err, "%s/%s", (const char *)*state, name);
    assert_non_null(path);
    return path;
}

static inline void
remove_tree(const char *path)
{
    lb_error err;
    struct stat about;
    if (lstat(path, &about) != 0) {
        return;
    }
    DIR *folder = S_ISDIR(about.st_mode) ? opendir(path) : NULL;
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            char *inner = lb_format(&err, "%s/%s", path, entry->d_name);
            remove_tree(inner);
            lb_free(inner);
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
    remove(path);
}

static inline int
test_teardown(void **state)
{
    remove_tree(*state);
    int failed = access(*state, F_OK) == 0;
    lb_free(*state);
    return failed;
}

static inline void
test_write_bytes(const char *path, const void *bytes, size_t size)
{
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
}

/* The whole file; lb_free() it. */
static inline uint8_t *
test_read_bytes(size_t *size, const char *path)
{
    lb_error err = {0};
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    fseek(stream, 0, SEEK_END);
    *size = (size_t)ftell(stream);
    rewind(stream);
    uint8_t *bytes = lb_alloc(*size, 1, &err);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, stream), *size);
    fclose(stream);
    return bytes;
}

static inline size_t
test_file_size(const char *path)
{
    size_t size = 0;
    lb_free(test_read_bytes(&size, path));
    return size;
}

/* The first `keep` bytes of a file, with every bit of the byte at `flip` turned, if it has one. */
static inline void
test_copy_damaged(const char *from, const char *to, size_t keep, size_t flip)
{
    size_t size = 0;
    uint8_t *bytes = test_read_bytes(&size, from);
    assert_true(keep <= size);
    if (flip < size) {
        bytes[flip] ^= 0xFF;
    }
    test_write_bytes(to, bytes, keep);
    lb_free(bytes);
}

static inline void
assert_same_bytes(const char *a, const char *b)
{
    size_t size_a = 0, size_b = 0;
    uint8_t *bytes_a = test_read_bytes(&size_a, a), *bytes_b = test_read_bytes(&size_b, b);
    assert_int_equal(size_a, size_b);
    assert_memory_equal(bytes_a, bytes_b, size_a);
    lb_free(bytes_a);
    lb_free(bytes_b);
}

#endif
