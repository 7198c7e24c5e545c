/* SPDX-License-Identifier: MIT */
/* NIfTI-1 and -2 volumes: plain, gzipped, and pairs of files. */
#include "fuzz.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lesionbench/nifti.h"

static void
check_place(const lb_volume *volume)
{
    for (size_t i = 0; i < 3; i++) {
        FUZZ_CHECK(isfinite(volume->spacing[i]) && volume->spacing[i] > 0);
        for (size_t j = 0; j < 4; j++) {
            FUZZ_CHECK(isfinite(volume->to_world[i][j]));
        }
    }
}

static bool
read_nth(const char *path, size_t index)
{
    lb_error err;
    lb_volume volume = {0};
    if (lb_nifti_read_nth(&volume, path, index, &err) != LB_OK) {
        FUZZ_CHECK(volume.value == NULL);
        return false;
    }
    FUZZ_CHECK(index < volume.volumes);
    for (size_t i = 0; i < volume.nx * volume.ny * volume.nz; i++) {
        FUZZ_CHECK(isfinite(volume.value[i]));
    }
    check_place(&volume);
    lb_volume_release(&volume);
    return true;
}

/* The only volume, and the same as a mask. */
static bool
read_only(const char *path)
{
    lb_error err;
    lb_volume volume = {0}, place = {0};
    uint8_t *mask = NULL;
    bool is_volume = lb_nifti_read(&volume, path, &err) == LB_OK;
    bool is_mask = lb_nifti_read_mask(&mask, &place, path, &err) == LB_OK;
    FUZZ_CHECK(is_volume == is_mask);
    if (is_volume) {
        size_t count = volume.nx * volume.ny * volume.nz;
        FUZZ_CHECK(count == place.nx * place.ny * place.nz && volume.volumes == 1);
        for (size_t i = 0; i < count; i++) {
            FUZZ_CHECK(mask[i] <= 1 && (mask[i] == 1 || volume.value[i] <= 0.5F));
        }
    }
    lb_free(mask);
    lb_volume_release(&volume);
    return is_volume;
}

static bool
read_all(const char *path)
{
    lb_error err;
    lb_volume place = {0};
    bool has_header = lb_nifti_read_header(&place, path, &err) == LB_OK;
    bool first = read_nth(path, 0), only = read_only(path);
    FUZZ_CHECK(has_header || !first);
    FUZZ_CHECK(only == (first && place.volumes == 1));
    if (has_header) {
        check_place(&place);
        FUZZ_CHECK(place.value == NULL && place.volumes >= 1);
        FUZZ_CHECK(read_nth(path, place.volumes - 1) == first);
        FUZZ_CHECK(!read_nth(path, place.volumes));
    }
    return first;
}

static void
write_file(const char *path, const uint8_t *data, size_t size)
{
    FILE *stream = fopen(path, "wb");
    FUZZ_CHECK(stream != NULL);
    FUZZ_CHECK(fwrite(data, 1, size, stream) == size);
    FUZZ_CHECK(fclose(stream) == 0);
}

/* What stands behind the header goes into a file of its own. */
static void
read_pair(const uint8_t *data, size_t size, size_t header)
{
    char first[64], second[64];
    snprintf(first, sizeof first, "/dev/shm/lb-fuzz-%ld.hdr", (long)getpid());
    snprintf(second, sizeof second, "/dev/shm/lb-fuzz-%ld.img", (long)getpid());
    write_file(first, data, header);
    write_file(second, data + header, size - header);
    FUZZ_CHECK(read_all(first) == read_all(second));
    unlink(first);
    unlink(second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { FIRST = 348, FIRST_MAGIC = 344, SECOND = 540, SECOND_MAGIC = 4 };
    fuzz_file file;
    fuzz_file_open(&file, data, size);
    bool plain = read_all(file.path);
    fuzz_file_close(&file);
    if (!fuzz_is_gzip(data, size)) {
        fuzz_file_open_gzip(&file, data, size);
        FUZZ_CHECK(read_all(file.path) == plain);
        fuzz_file_close(&file);
    }
    if (size >= FIRST && memcmp(data + FIRST_MAGIC, "ni1", 4) == 0) {
        read_pair(data, size, FIRST);
    } else if (size >= SECOND && memcmp(data + SECOND_MAGIC, "ni2", 4) == 0) {
        read_pair(data, size, SECOND);
    }
    return 0;
}
