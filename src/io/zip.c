/* SPDX-License-Identifier: MIT */
#include "zip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "file_map.h"
#include "little_endian.h"

/* Signatures of the parts, their fixed sizes, and where their fields lie. */
#define END_MARK "PK\5\6"
#define END64_MARK "PK\6\6"
#define LOCATOR_MARK "PK\6\7"
#define CENTRAL_MARK "PK\1\2"
#define LOCAL_MARK "PK\3\4"
enum {
    MARK_SIZE = 4,
    END_SIZE = 22,
    END64_SIZE = 56,
    LOCATOR_SIZE = 20,
    CENTRAL_SIZE = 46,
    LOCAL_SIZE = 30,
    EXTRA_HEADER = 4,
    EXTRA_ZIP64 = 1,
    MAX_COMMENT = UINT16_MAX,
    MAX_ENTRIES = UINT16_MAX,
    FLAG_ENCRYPTED = 1,
    STORED = 0,
    CHECKED_AT_ONCE = 1 << 22,
    MAX_SHOWN = 200 /* bytes of a name in messages */
};

/* What the archive's end says of the central directory. */
typedef struct directory {
    uint64_t begin, size, count;
} directory;

typedef struct archive {
    const uint8_t *bytes;
    size_t size;
    const char *path;
    lb_error *err;
} archive;

static lb_status
fail(const archive *a, const char *what)
{
    return lb_fail(a->err, LB_ERROR_FORMAT, "%s: a damaged zip archive: %s", a->path, what);
}

static bool
has_mark(const archive *a, uint64_t at, size_t size, const char *mark)
{
    return at <= a->size && size <= a->size - at && memcmp(a->bytes + at, mark, MARK_SIZE) == 0;
}

static int
shown(size_t name_length)
{
    return name_length < MAX_SHOWN ? (int)name_length : MAX_SHOWN;
}

/* Where the end's record begins; a->size where there is none. */
static size_t
find_end(const archive *a)
{
    for (size_t comment = 0; comment <= MAX_COMMENT && END_SIZE + comment <= a->size; comment++) {
        size_t at = a->size - END_SIZE - comment;
        if (has_mark(a, at, END_SIZE, END_MARK) && lb_load_u16(a->bytes + at + 20) == comment) {
            return at;
        }
    }
    return a->size;
}

/* Numbers that do not fit into the end's record are in a second one, which a locator points at. */
static lb_status
read_end64(directory *out, const archive *a, size_t end)
{
    if (end < LOCATOR_SIZE || !has_mark(a, end - LOCATOR_SIZE, LOCATOR_SIZE, LOCATOR_MARK)) {
        return fail(a, "numbers too large for its end");
    }
    uint64_t at = lb_load_u64(a->bytes + end - LOCATOR_SIZE + 8);
    if (!has_mark(a, at, END64_SIZE, END64_MARK)) {
        return fail(a, "the locator of its end points elsewhere");
    }
    const uint8_t *record = a->bytes + at;
    *out = (directory){.count = lb_load_u64(record + 32),
                       .size = lb_load_u64(record + 40),
                       .begin = lb_load_u64(record + 48)};
    return LB_OK;
}

static lb_status
read_end(directory *out, const archive *a)
{
    size_t end = find_end(a);
    if (end == a->size) {
        return fail(a, "its end is missing (truncated?)");
    }
    const uint8_t *record = a->bytes + end;
    *out = (directory){.count = lb_load_u16(record + 10),
                       .size = lb_load_u32(record + 12),
                       .begin = lb_load_u32(record + 16)};
    if (out->count == UINT16_MAX || out->size == UINT32_MAX || out->begin == UINT32_MAX) {
        lb_status status = read_end64(out, a, end);
        if (status != LB_OK) {
            return status;
        }
    }
    if (out->begin > end || out->size > end - out->begin) {
        return fail(a, "its directory lies outside");
    }
    if (out->count > MAX_ENTRIES) {
        return lb_fail(a->err, LB_ERROR_UNSUPPORTED, "%s: has %llu entries, at most %d are read",
                       a->path, (unsigned long long)out->count, MAX_ENTRIES);
    }
    return out->count <= out->size / CENTRAL_SIZE ? LB_OK : fail(a, "its directory is too short");
}

/* An entry of the central directory. */
typedef struct central {
    const uint8_t *record;
    size_t name_length, extra_length, whole;
    uint64_t compressed, size, header; /* the last: where the local header begins */
} central;

/* Replaces those numbers that do not fit into 32 bits, in this order. */
static bool
read_zip64(central *c)
{
    uint64_t *const numbers[] = {&c->size, &c->compressed, &c->header};
    const uint8_t *at = c->record + CENTRAL_SIZE + c->name_length, *end = at + c->extra_length;
    while (end - at >= EXTRA_HEADER) {
        const uint8_t *field = at + EXTRA_HEADER;
        size_t length = lb_load_u16(at + 2);
        if (length > (size_t)(end - field)) {
            return false;
        }
        at = field + length;
        if (lb_load_u16(field - EXTRA_HEADER) != EXTRA_ZIP64) {
            continue;
        }
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
            if (*numbers[i] == UINT32_MAX && (size_t)(at - field) >= sizeof(uint64_t)) {
                *numbers[i] = lb_load_u64(field);
                field += sizeof(uint64_t);
            }
        }
    }
    return c->size != UINT32_MAX && c->compressed != UINT32_MAX && c->header != UINT32_MAX;
}

static bool
read_central(central *out, const archive *a, const directory *d, size_t at)
{
    size_t left = (size_t)(d->begin + d->size) - at;
    if (left < CENTRAL_SIZE || !has_mark(a, at, CENTRAL_SIZE, CENTRAL_MARK)) {
        return false;
    }
    const uint8_t *record = a->bytes + at;
    *out = (central){.record = record,
                     .compressed = lb_load_u32(record + 20),
                     .size = lb_load_u32(record + 24),
                     .header = lb_load_u32(record + 42),
                     .name_length = lb_load_u16(record + 28),
                     .extra_length = lb_load_u16(record + 30)};
    out->whole =
        CENTRAL_SIZE + out->name_length + out->extra_length + (size_t)lb_load_u16(record + 32);
    return out->whole <= left && read_zip64(out);
}

/* The data lies behind a header of its own, which repeats the name. Sizes and checksum there may be
 * missing. */
static bool
locate(lb_zip_entry *out, const central *c, const archive *a, const directory *d)
{
    if (!has_mark(a, c->header, LOCAL_SIZE, LOCAL_MARK)) {
        return false;
    }
    const uint8_t *local = a->bytes + c->header;
    uint64_t data = c->header + LOCAL_SIZE + lb_load_u16(local + 26) + lb_load_u16(local + 28);
    if (data > d->begin || c->compressed > d->begin - data ||
        lb_load_u16(local + 26) != c->name_length ||
        memcmp(local + LOCAL_SIZE, c->record + CENTRAL_SIZE, c->name_length) != 0) {
        return false;
    }
    bool plain =
        (lb_load_u16(c->record + 8) & FLAG_ENCRYPTED) == 0 && lb_load_u16(c->record + 10) == STORED;
    *out = (lb_zip_entry){.name = (const char *)c->record + CENTRAL_SIZE,
                          .name_length = c->name_length,
                          .bytes = plain ? a->bytes + data : NULL,
                          .size = c->size,
                          .crc = lb_load_u32(c->record + 16),
                          .begin = c->header,
                          .end = data + c->compressed};
    return !plain || c->compressed == c->size;
}

static lb_status
read_entries(lb_zip *zip, const archive *a, const directory *d)
{
    size_t at = d->begin;
    for (size_t i = 0; i < d->count; i++) {
        central c;
        if (!read_central(&c, a, d, at)) {
            return fail(a, "its directory is cut or overwritten");
        }
        if (!locate(&zip->entries[i], &c, a, d)) {
            return lb_fail(a->err, LB_ERROR_FORMAT,
                           "%s: a damaged zip archive: '%.*s' is not where its directory says",
                           a->path, shown(c.name_length), (const char *)c.record + CENTRAL_SIZE);
        }
        at += c.whole;
    }
    zip->count = d->count;
    return LB_OK;
}

static int
compare_places(const void *a, const void *b)
{
    const lb_zip_entry *x = a, *y = b;
    return x->begin != y->begin ? (x->begin < y->begin ? -1 : 1) : 0;
}

static int
compare_names(const char *a, size_t a_length, const char *b, size_t b_length)
{
    int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
    return order != 0 ? order : a_length < b_length ? -1 : a_length > b_length;
}

static int
compare_entries(const void *a, const void *b)
{
    const lb_zip_entry *x = a, *y = b;
    return compare_names(x->name, x->name_length, y->name, y->name_length);
}

/* Sorts the entries, and refuses those that share a place or a name. */
static lb_status
check_entries(lb_zip *zip, const archive *a)
{
    lb_zip_entry *entries = zip->entries;
    qsort(entries, zip->count, sizeof *entries, compare_places);
    for (size_t i = 1; i < zip->count; i++) {
        if (entries[i].begin < entries[i - 1].end) {
            return lb_fail(a->err, LB_ERROR_FORMAT,
                           "%s: a damaged zip archive: '%.*s' overlaps another entry", a->path,
                           shown(entries[i].name_length), entries[i].name);
        }
    }
    qsort(entries, zip->count, sizeof *entries, compare_entries);
    for (size_t i = 1; i < zip->count; i++) {
        if (compare_entries(&entries[i - 1], &entries[i]) == 0) {
            return lb_fail(a->err, LB_ERROR_FORMAT,
                           "%s: a damaged zip archive: '%.*s' is there twice", a->path,
                           shown(entries[i].name_length), entries[i].name);
        }
    }
    return LB_OK;
}

lb_status
lb_zip_open(lb_zip *out, const uint8_t *bytes, size_t size, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_zip zip = {0};
    directory d = {0};
    const archive a = {bytes, size, path, err};
    LB_TRY(read_end(&d, &a));
    LB_ALLOC(zip.entries, d.count);
    LB_TRY(read_entries(&zip, &a, &d));
    LB_TRY(check_entries(&zip, &a));
    *out = zip;
    zip = (lb_zip){0};
cleanup:
    lb_zip_close(&zip);
    return status;
}

void
lb_zip_close(lb_zip *zip)
{
    lb_free(zip->entries);
    *zip = (lb_zip){0};
}

lb_zip_entry *
lb_zip_find(const lb_zip *zip, const char *name, size_t length)
{
    size_t low = 0, high = zip->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        lb_zip_entry *entry = &zip->entries[middle];
        int order = compare_names(name, length, entry->name, entry->name_length);
        if (order == 0) {
            return entry;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

lb_status
lb_zip_check(lb_zip_entry *entry, const char *path, lb_error *err)
{
    if (entry->bytes == NULL) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED,
                       "%s: '%.*s' is compressed or encrypted, which torch.save() never does", path,
                       shown(entry->name_length), entry->name);
    }
    uLong crc = crc32(0, Z_NULL, 0);
    for (size_t at = 0; !entry->checked && at < entry->size; at += CHECKED_AT_ONCE) {
        size_t left = entry->size - at;
        size_t length = left < CHECKED_AT_ONCE ? left : CHECKED_AT_ONCE;
        crc = crc32(crc, entry->bytes + at, (uInt)length);
        lb_file_map_forget(entry->bytes + at, length);
    }
    if (!entry->checked && crc != entry->crc) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: '%.*s' is damaged: its checksum is wrong", path,
                       shown(entry->name_length), entry->name);
    }
    entry->checked = true;
    return LB_OK;
}
