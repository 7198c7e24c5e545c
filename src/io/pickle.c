/* SPDX-License-Identifier: MIT */
/* A pickle from a file or from memory. */
#include "lesionbench/pickle.h"

#include <string.h>

#include "pickle_internal.h"

static const lb_pickle_limits DEFAULTS = {.file_size = (uint64_t)16 << 30,
                                          .stack = (size_t)1 << 26,
                                          .memo = (size_t)1 << 26,
                                          .depth = 100};
static const size_t MIN_MEMORY = (size_t)1 << 20, MAX_MEMORY = (size_t)8 << 30;
static const size_t MIN_VALUES = (size_t)1 << 20, MAX_VALUES = (size_t)1 << 28;

/* A value takes 16 bytes, in containers of 48; lists that grow leave their smaller selves behind.
 */
enum { MEMORY_PER_BYTE = 64, VALUES_PER_BYTE = 16 };

static size_t
in_proportion(size_t min, size_t max, size_t factor, size_t size)
{
    return size < (max - min) / factor ? min + factor * size : max;
}

static lb_pickle_limits
complete_limits(const lb_pickle_limits *given, size_t size)
{
    lb_pickle_limits limits = given != NULL ? *given : DEFAULTS;
    if (limits.file_size == 0) {
        limits.file_size = DEFAULTS.file_size;
    }
    if (limits.memory == 0) {
        limits.memory = in_proportion(MIN_MEMORY, MAX_MEMORY, MEMORY_PER_BYTE, size);
    }
    if (limits.values == 0) {
        limits.values = in_proportion(MIN_VALUES, MAX_VALUES, VALUES_PER_BYTE, size);
    }
    limits.stack = limits.stack == 0 ? DEFAULTS.stack : limits.stack;
    limits.memo = limits.memo == 0 ? DEFAULTS.memo : limits.memo;
    limits.depth = limits.depth == 0 ? DEFAULTS.depth : limits.depth;
    return limits;
}

/* Protocols 0 and 1 are of ASCII, the others begin with the opcode PROTO: so that PNG, HDF5,
 * NumPy's and zip files are told, whose first bytes are opcodes too. */
static lb_status
check_start(const uint8_t *bytes, size_t size, const char *name, lb_error *err)
{
    enum { PROTO = 0x80 };
    static const uint8_t ZIP[] = {'P', 'K', 3, 4};
    if (size >= sizeof ZIP && memcmp(bytes, ZIP, sizeof ZIP) == 0) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: is not a pickle, but a zip archive (a PyTorch file is one)", name);
    }
    if (size == 0 || bytes[0] > PROTO) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: %s", name,
                       size == 0 ? "is empty" : "is not a pickle");
    }
    return LB_OK;
}

/* Fills a new pickle; *used is where it ends. */
static lb_status
parse(lb_pickle *pickle, size_t *used, const void *bytes, size_t size, const char *name,
      const lb_pickle_limits *limits, lb_error *err)
{
    lb_status status = LB_OK;
    pickle->limits = complete_limits(limits, size);
    pickle->source_size = size;
    lb_pickle_machine machine = {.pickle = pickle,
                                 .run_next = lb_pickle_run_next,
                                 .name = name,
                                 .err = err,
                                 .bytes = bytes,
                                 .size = size};
    LB_TRY(check_start(bytes, size, name, err));
    if (size > pickle->limits.file_size) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: has %zu bytes, more than the %llu that are read",
                       name, size, (unsigned long long)pickle->limits.file_size));
    }
    LB_TRY(lb_pickle_run_next(&pickle->root, &machine));
    if (used == NULL && machine.at < size) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                       "%s: byte %zu: the pickle ends here, but %zu bytes come after it", name,
                       machine.at, size - machine.at));
    }
    LB_TRY(lb_pickle_check(pickle, name, err));
    if (used != NULL) {
        *used = machine.at;
    }
cleanup:
    return status;
}

lb_status
lb_pickle_parse(lb_pickle **out, size_t *used, const void *bytes, size_t size, const char *name,
                const lb_pickle_limits *limits, lb_error *err)
{
    lb_status status = LB_OK;
    lb_pickle *pickle = NULL;
    LB_ALLOC(pickle, 1);
    LB_TRY(parse(pickle, used, bytes, size, name, limits, err));
    *out = pickle;
    pickle = NULL;
cleanup:
    lb_pickle_free(pickle);
    return status;
}

lb_status
lb_pickle_read(lb_pickle **out, const char *path, const lb_pickle_limits *limits, lb_error *err)
{
    lb_status status = LB_OK;
    lb_pickle *pickle = NULL;
    LB_ALLOC(pickle, 1);
    LB_TRY(lb_file_map_open(&pickle->map, path, err));
    LB_TRY(parse(pickle, NULL, pickle->map.bytes, pickle->map.size, path, limits, err));
    *out = pickle;
    pickle = NULL;
cleanup:
    lb_pickle_free(pickle);
    return status;
}

void
lb_pickle_free(lb_pickle *pickle)
{
    if (pickle == NULL) {
        return;
    }
    lb_pickle_release(pickle);
    lb_file_map_close(&pickle->map);
    lb_free(pickle);
}

const lb_value *
lb_pickle_root(const lb_pickle *pickle)
{
    return &pickle->root;
}

size_t
lb_pickle_size(const lb_pickle *pickle)
{
    return pickle->source_size;
}

lb_pickle_storage *
lb_pickle_storage_at(lb_pickle *pickle, size_t index)
{
    return index < pickle->storage_count ? pickle->storages[index] : NULL;
}
