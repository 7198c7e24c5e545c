/* SPDX-License-Identifier: MIT */
/* The entries of a zip archive in memory that are stored as they are (PKWARE's APPNOTE.TXT, with
 * zip64), as PyTorch writes them.
 *
 * Why not libzip: it hands an entry out as a stream, so that tensors that look into a shared part
 * of it, or in another order, would need it in memory a second time. An entry that is only stored
 * can be read where it is mapped; finding it takes the central directory and one header. */
#ifndef LB_IO_ZIP_H
#define LB_IO_ZIP_H

#include "lesionbench/base.h"

typedef struct lb_zip_entry {
    const char *name; /* not ended by a zero byte */
    size_t name_length;
    const uint8_t *bytes; /* NULL where the entry is compressed or encrypted */
    size_t size;
    uint32_t crc;
    bool checked;
    size_t begin, end; /* from the entry's header to behind its data */
} lb_zip_entry;

typedef struct lb_zip {
    lb_zip_entry *entries; /* by name */
    size_t count;
} lb_zip;

/* Finds the entries, which stay in `bytes`. LB_ERROR_FORMAT where the archive is damaged, two
 * entries overlap or have the same name, LB_ERROR_UNSUPPORTED where there are more than 65,535. */
lb_status lb_zip_open(lb_zip *out, const uint8_t *bytes, size_t size, const char *path,
                      lb_error *err);
void lb_zip_close(lb_zip *zip); /* accepts what is zero */
/* NULL where there is none of that name. */
lb_zip_entry *lb_zip_find(const lb_zip *zip, const char *name, size_t length);
/* Reads the entry and compares its checksum, the first time; LB_ERROR_UNSUPPORTED where it is
 * compressed. The memory of its pages is given back behind the reading. */
lb_status lb_zip_check(lb_zip_entry *entry, const char *path, lb_error *err);

#endif
