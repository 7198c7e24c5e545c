/* SPDX-License-Identifier: MIT */
/* The voxels are read here, since niftiio fills what is missing of a truncated file with zeros. */
#include "lesionbench/nifti.h"

#include <math.h>
#include <string.h>

#include <nifti2_io.h>

#include "nifti_header.h"

/* Files may end with padding, but not with another volume: more bytes than this behind the voxels
 * are taken for a wrong header, and are not unpacked to their end. */
enum { CHUNK = 1 << 16, MAX_PADDING = 1 << 20 };

#define CONVERT(type)                                              \
    do {                                                           \
        for (size_t i = 0; i < count; i++) {                       \
            type value;                                            \
            memcpy(&value, from + i * sizeof value, sizeof value); \
            to[i] = (double)value;                                 \
        }                                                          \
    } while (0)

static void
to_doubles(double *to, const uint8_t *from, size_t count, int type)
{
    switch (type) {
    case DT_UINT8:
        CONVERT(uint8_t);
        return;
    case DT_INT8:
        CONVERT(int8_t);
        return;
    case DT_UINT16:
        CONVERT(uint16_t);
        return;
    case DT_INT16:
        CONVERT(int16_t);
        return;
    case DT_UINT32:
        CONVERT(uint32_t);
        return;
    case DT_INT32:
        CONVERT(int32_t);
        return;
    case DT_UINT64:
        CONVERT(uint64_t);
        return;
    case DT_INT64:
        CONVERT(int64_t);
        return;
    case DT_FLOAT32:
        CONVERT(float);
        return;
    default: /* the header lets no other type through */
        CONVERT(double);
    }
}

/* Where the voxels go: one of the two. */
typedef struct sink {
    float *value;
    uint8_t *mask;
} sink;

static void
put(const sink *to, size_t at, const double *values, size_t count, const lb_nifti_header_info *info)
{
    for (size_t i = 0; i < count; i++) {
        double value = values[i] * info->slope + info->intercept;
        value = fabs(value) <= 3e38 ? value : 0;
        if (to->value != NULL) {
            to->value[at + i] = (float)value;
        } else {
            to->mask[at + i] = value >= 0.5;
        }
    }
}

/* Unpacks exactly so many bytes, and forgets them. */
static lb_status
skip(const lb_nifti_header_info *info, size_t bytes, uint8_t *buffer, const char *path,
     lb_error *err)
{
    while (bytes > 0) {
        size_t now = bytes < CHUNK ? bytes : CHUNK;
        if (gzread(info->stream, buffer, (unsigned)now) != (int)now) {
            return lb_nifti_fail_damaged(path, err);
        }
        bytes -= now;
    }
    return LB_OK;
}

/* Behind the last voxel: gzip's checksum, which must hold, and at most some padding. */
static lb_status
check_end(const lb_nifti_header_info *info, uint8_t *buffer, const char *path, lb_error *err)
{
    size_t padding = 0;
    int got = 0, code = Z_OK;
    while ((got = gzread(info->stream, buffer, CHUNK)) > 0) {
        padding += (size_t)got;
        if (padding > MAX_PADDING) {
            return lb_fail(err, LB_ERROR_FORMAT,
                           "%s: the NIfTI file is damaged: it goes on behind the voxels that its "
                           "header tells of",
                           path);
        }
    }
    gzerror(info->stream, &code); /* Z_BUF_ERROR where a gzip stream lacks its end */
    return got == 0 && code == Z_OK ? LB_OK : lb_nifti_fail_damaged(path, err);
}

static size_t
count_voxels(const lb_volume *volume)
{
    return volume->nx * volume->ny * volume->nz; /* cannot overflow: LB_NIFTI_MAX_VOXELS */
}

static lb_status
read_voxels(const sink *to, const lb_nifti_header_info *info, size_t index, const char *path,
            lb_error *err)
{
    lb_status status = LB_OK;
    uint8_t *bytes = NULL;
    double *values = NULL;
    size_t width = info->width, count = count_voxels(&info->volume);
    LB_ALLOC(bytes, CHUNK * width);
    LB_ALLOC(values, CHUNK);
    if (gzrewind(info->stream) != 0) {
        LB_TRY(lb_nifti_fail_damaged(path, err));
    }
    LB_TRY(skip(info, info->offset, bytes, path, err));
    LB_TRY(skip(info, index * count * width, bytes, path, err));
    for (size_t done = 0; done < count; done += CHUNK) {
        size_t now = count - done < CHUNK ? count - done : CHUNK;
        if (gzread(info->stream, bytes, (unsigned)(now * width)) != (int)(now * width)) {
            LB_TRY(lb_nifti_fail_damaged(path, err));
        }
        if (info->swapped && width > 1) {
            nifti_swap_Nbytes((int64_t)now, (int)width, bytes);
        }
        to_doubles(values, bytes, now, info->type);
        put(to, done, values, now, info);
    }
    LB_TRY(skip(info, (info->volume.volumes - index - 1) * count * width, bytes, path, err));
    LB_TRY(check_end(info, bytes, path, err));
cleanup:
    lb_free(values);
    lb_free(bytes);
    return status;
}

static void
close_info(lb_nifti_header_info *info)
{
    if (info->stream != NULL) {
        gzclose(info->stream);
    }
}

static lb_status
refuse_many(const lb_volume *volume, const char *path, lb_error *err)
{
    if (volume->volumes == 1) {
        return LB_OK;
    }
    return lb_fail(err, LB_ERROR_UNSUPPORTED,
                   "%s: has more than one volume (axis 4 has %zu); extract one first", path,
                   volume->volumes);
}

static lb_status
read_one(lb_volume *out, bool only, size_t index, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_nifti_header_info info = {.stream = NULL};
    sink to = {NULL, NULL};
    LB_TRY(lb_nifti_header_info_read(&info, path, err));
    if (only) {
        LB_TRY(refuse_many(&info.volume, path, err));
    }
    if (index >= info.volume.volumes) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "%s: has %zu volumes, counted from 0, but not %zu",
                       path, info.volume.volumes, index));
    }
    LB_ALLOC(to.value, count_voxels(&info.volume));
    LB_TRY(read_voxels(&to, &info, index, path, err));
    *out = info.volume;
    out->value = to.value;
    to.value = NULL;
cleanup:
    lb_free(to.value);
    close_info(&info);
    return status;
}

lb_status
lb_nifti_read(lb_volume *out, const char *path, lb_error *err)
{
    return read_one(out, true, 0, path, err);
}

lb_status
lb_nifti_read_nth(lb_volume *out, const char *path, size_t index, lb_error *err)
{
    return read_one(out, false, index, path, err);
}

lb_status
lb_nifti_read_header(lb_volume *out, const char *path, lb_error *err)
{
    lb_nifti_header_info info = {.stream = NULL};
    lb_status status = lb_nifti_header_info_read(&info, path, err);
    if (status == LB_OK) {
        *out = info.volume;
    }
    close_info(&info);
    return status;
}

lb_status
lb_nifti_read_mask(uint8_t **out, lb_volume *place, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_nifti_header_info info = {.stream = NULL};
    sink to = {NULL, NULL};
    LB_TRY(lb_nifti_header_info_read(&info, path, err));
    LB_TRY(refuse_many(&info.volume, path, err));
    LB_ALLOC(to.mask, count_voxels(&info.volume));
    LB_TRY(read_voxels(&to, &info, 0, path, err));
    *place = info.volume;
    *out = to.mask;
    to.mask = NULL;
cleanup:
    lb_free(to.mask);
    close_info(&info);
    return status;
}

void
lb_volume_release(lb_volume *volume)
{
    lb_free(volume->value);
    volume->value = NULL;
}
