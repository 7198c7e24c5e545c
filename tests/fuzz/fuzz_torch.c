/* SPDX-License-Identifier: MIT */
/* PyTorch's pickles and storages behind right checksums and a right start, which mutations of whole
 * files (fuzz_weights.c) hardly get past. The input is the pickle's length in two bytes, the
 * pickle, and the rest: in a legacy file what follows the pickle, in an archive the length of the
 * first of two storages in a byte, and the storages. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "lesionbench/weights.h"

typedef struct buffer {
    uint8_t *bytes;
    size_t size;
} buffer;

static void
put(buffer *out, const void *bytes, size_t size)
{
    if (size > 0) {
        memcpy(out->bytes + out->size, bytes, size);
    }
    out->size += size;
}

static void
put_number(buffer *out, uint64_t number, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        out->bytes[out->size++] = (uint8_t)(number >> (8 * i));
    }
}

typedef struct part {
    const char *name;
    const uint8_t *bytes;
    size_t size, at;
} part;

enum { PARTS = 3, EXTRA = 1000 };

/* An entry's header: the archive's own, or that of its directory. */
static void
put_header(buffer *out, const part *p, bool central)
{
    put(out, central ? "PK\1\2\0\0\0\0\0\0\0\0\0\0\0\0" : "PK\3\4\0\0\0\0\0\0\0\0\0\0",
        central ? 16 : 14);
    put_number(out, crc32(crc32(0, Z_NULL, 0), p->bytes, (uInt)p->size), 4);
    put_number(out, p->size, 4);
    put_number(out, p->size, 4);
    put_number(out, strlen(p->name), 2);
    put_number(out, 0, 2);
    if (central) {
        put_number(out, 0, 8);
        put_number(out, 0, 2);
        put_number(out, p->at, 4);
    }
    put(out, p->name, strlen(p->name));
}

static void
put_archive(buffer *out, part parts[PARTS])
{
    for (size_t i = 0; i < PARTS; i++) {
        parts[i].at = out->size;
        put_header(out, &parts[i], false);
        put(out, parts[i].bytes, parts[i].size);
    }
    size_t begin = out->size;
    for (size_t i = 0; i < PARTS; i++) {
        put_header(out, &parts[i], true);
    }
    size_t size = out->size - begin;
    put(out, "PK\5\6\0\0\0\0", 8);
    put_number(out, PARTS, 2);
    put_number(out, PARTS, 2);
    put_number(out, size, 4);
    put_number(out, begin, 4);
    put_number(out, 0, 2);
}

static void
read_tensors(lb_weights *weights, size_t size)
{
    lb_error err;
    for (size_t i = 0; i < lb_weights_count(weights); i++) {
        const lb_weight *at = lb_weights_at(weights, i);
        FUZZ_CHECK(lb_weights_find(weights, at->name) == at);
        FUZZ_CHECK(at->count <= size);
        float *values = lb_alloc(at->count, sizeof *values, &err);
        FUZZ_CHECK(values != NULL);
        FUZZ_CHECK((lb_weights_read(values, weights, at, &err) == LB_OK) == lb_weights_is_real(at));
        fuzz_touch(values, at->count * sizeof *values);
        lb_free(values);
    }
}

static void
open_and_read(const buffer *content)
{
    lb_error err;
    fuzz_file file;
    lb_weights *weights = NULL;
    fuzz_file_open(&file, content->bytes, content->size);
    if (lb_weights_open(&weights, file.path, &err) == LB_OK) {
        read_tensors(weights, content->size);
    } else {
        FUZZ_CHECK(weights == NULL);
    }
    lb_weights_close(weights);
    fuzz_file_close(&file);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char START[] = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
                                "\x80\x02M\xe9\x03."
                                "\x80\x02}X\x0d\0\0\0little_endian\x88s.";
    if (size < 3) {
        return 0;
    }
    size_t length = (size_t)data[0] | (size_t)data[1] << 8, left = size - 2;
    length = length < left ? length : left;
    const uint8_t *pickle = data + 2, *rest = pickle + length;
    left -= length;
    size_t first = left > 0 ? rest[0] : 0, storages = left > 0 ? left - 1 : 0;
    first = first < storages ? first : storages;
    part parts[PARTS] = {{.name = "a/data.pkl", .bytes = pickle, .size = length},
                         {.name = "a/data/0", .bytes = rest + 1, .size = first},
                         {.name = "a/data/1", .bytes = rest + 1 + first, .size = storages - first}};
    buffer content = {.bytes = malloc(size + EXTRA)};
    FUZZ_CHECK(content.bytes != NULL);
    put_archive(&content, parts);
    open_and_read(&content);
    content.size = 0;
    put(&content, START, sizeof START - 1);
    put(&content, pickle, size - 2);
    open_and_read(&content);
    free(content.bytes);
    return 0;
}
