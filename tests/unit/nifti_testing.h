/* SPDX-License-Identifier: MIT */
/* Small heads as NIfTI files, stored in any way. */
#ifndef LB_TESTS_NIFTI_TESTING_H
#define LB_TESTS_NIFTI_TESTING_H

#include "io_testing.h"

#include <math.h>
#include <nifti2_io.h>
#include <zlib.h>

enum { HEAD_X = 26, HEAD_Y = 30, HEAD_Z = 24, HEAD_VOXELS = HEAD_X * HEAD_Y * HEAD_Z };

/* A lopsided ball with a different value in every voxel, 0 around it; 3 to 250. */
static inline double
head_at(ptrdiff_t x, ptrdiff_t y, ptrdiff_t z)
{
    double dx = ((double)x - 13) / 9, dy = ((double)y - 13.5) / 12, dz = ((double)z - 11) / 8;
    if (dx * dx + dy * dy + dz * dz >= 1 || (x > 16 && y > 18)) {
        return 0;
    }
    return (double)(3 + (x * 31 + y * 7 + z * 57) % 248);
}

/* How a head is stored. Zeros are a plain NIfTI-1 file of float32 in RAS with voxels of 2 mm. */
typedef struct head_file {
    size_t order[3]; /* axis a of the file is axis order[a] of the head ... */
    bool turned[3];  /* ... backwards */
    bool reordered;  /* order and turned count */
    int type;        /* DT_FLOAT32, ... */
    bool swapped, second, pair;
    double slope, intercept; /* the stored values are (value - intercept) / slope */
    bool nowhere;            /* neither sform nor qform */
    bool by_quaternion;      /* qform alone; not with reordered axes */
    size_t volumes;          /* more than one: the head is the last, before it are zeros */
    double outside;          /* around the head, in place of 0 */
    double voxel;            /* 0: 2 mm */
    bool mask;               /* 1 in place of the values */
    double shift[3];         /* of the world, mm */
    bool negative;           /* the head's values are below 0 */
    int person;              /* each has other values */
} head_file;

static inline size_t
put_number(uint8_t *to, double value, int type)
{
#define PUT(code, ctype)                    \
    case code: {                            \
        ctype number = (ctype)value;        \
        memcpy(to, &number, sizeof number); \
        return sizeof number;               \
    }
    switch (type) {
        PUT(DT_UINT8, uint8_t)
        PUT(DT_INT8, int8_t)
        PUT(DT_UINT16, uint16_t)
        PUT(DT_INT16, int16_t)
        PUT(DT_UINT32, uint32_t)
        PUT(DT_INT32, int32_t)
        PUT(DT_FLOAT64, double)
    default: {
        float number = (float)value;
        memcpy(to, &number, sizeof number);
        return sizeof number;
    }
    }
#undef PUT
}

static inline double
stored_value(const head_file *file, const ptrdiff_t at[3])
{
    double value = head_at(at[0], at[1], at[2]);
    value = value > 0 ? 3 + fmod(value - 3 + 37 * file->person, 248) : 0;
    value = value > 0 && file->mask ? 1 : value;
    value = value > 0 ? (file->negative ? -value : value) : file->outside;
    return file->slope != 0 ? (value - file->intercept) / file->slope : value;
}

/* The voxels in the file's order, and its affine. */
static inline size_t
head_bytes(uint8_t *bytes, size_t count[3], double affine[3][4], const head_file *file)
{
    static const size_t PLAIN[3] = {0, 1, 2};
    const size_t size[3] = {HEAD_X, HEAD_Y, HEAD_Z};
    const size_t *order = file->reordered ? file->order : PLAIN;
    double voxel = file->voxel > 0 ? file->voxel : 2;
    size_t used = 0, index[3];
    for (size_t a = 0; a < 3; a++) {
        count[a] = size[order[a]];
    }
    for (index[2] = 0; index[2] < count[2]; index[2]++) {
        for (index[1] = 0; index[1] < count[1]; index[1]++) {
            for (index[0] = 0; index[0] < count[0]; index[0]++) {
                ptrdiff_t at[3];
                for (size_t a = 0; a < 3; a++) {
                    size_t i = file->turned[a] ? count[a] - 1 - index[a] : index[a];
                    at[order[a]] = (ptrdiff_t)i;
                }
                used += put_number(bytes + used, stored_value(file, at), file->type);
            }
        }
    }
    memset(affine, 0, 12 * sizeof affine[0][0]);
    for (size_t i = 0; i < 3; i++) {
        affine[i][3] = -0.5 * voxel * (double)(size[i] - 1) + file->shift[i];
    }
    for (size_t a = 0; a < 3; a++) {
        size_t i = order[a];
        affine[i][a] = file->turned[a] ? -voxel : voxel;
        affine[i][3] += file->turned[a] ? voxel * (double)(count[a] - 1) : 0;
    }
    return used;
}

/* Fills a header of either version. */
#define FILL_HEADER(header, affine_type)                                          \
    do {                                                                          \
        (header).dim[0] = file->volumes > 1 ? 4 : 3;                              \
        for (size_t a = 0; a < 3; a++) {                                          \
            (header).dim[a + 1] = (int16_t)count[a];                              \
            (header).pixdim[a + 1] = (affine_type)voxel;                          \
            (header).srow_x[a] = (affine_type)affine[0][a];                       \
            (header).srow_y[a] = (affine_type)affine[1][a];                       \
            (header).srow_z[a] = (affine_type)affine[2][a];                       \
        }                                                                         \
        (header).srow_x[3] = (affine_type)affine[0][3];                           \
        (header).srow_y[3] = (affine_type)affine[1][3];                           \
        (header).srow_z[3] = (affine_type)affine[2][3];                           \
        (header).qoffset_x = (affine_type)affine[0][3];                           \
        (header).qoffset_y = (affine_type)affine[1][3];                           \
        (header).qoffset_z = (affine_type)affine[2][3];                           \
        (header).pixdim[0] = 1;                                                   \
        (header).dim[4] = (int16_t)(file->volumes > 1 ? file->volumes : 1);       \
        (header).dim[5] = (header).dim[6] = (header).dim[7] = 1;                  \
        (header).sform_code = !file->nowhere && !file->by_quaternion;             \
        (header).qform_code = file->by_quaternion;                                \
        (header).scl_slope = (affine_type)file->slope;                            \
        (header).scl_inter = (affine_type)file->intercept;                        \
        (header).datatype = (int16_t)(file->type != 0 ? file->type : DT_FLOAT32); \
    } while (0)

static inline void
write_whole(const char *path, const void *header, size_t header_size, const uint8_t *voxels,
            size_t size, size_t blanks)
{
    gzFile stream = gzopen(path, strstr(path, ".gz") != NULL ? "wb1" : "wbT");
    const uint8_t gap[4] = {0};
    assert_non_null(stream);
    gzwrite(stream, header, (unsigned)header_size);
    if (header_size > 0) {
        gzwrite(stream, gap, sizeof gap);
    }
    for (size_t i = 0; i < blanks; i++) {
        gzputc(stream, 0);
    }
    assert_int_equal(gzwrite(stream, voxels, (unsigned)size), size);
    assert_int_equal(gzclose(stream), Z_OK);
}

/* path ends with .nii, .nii.gz or, for a pair, .hdr. */
static inline void
write_head(const char *path, const head_file *file)
{
    static uint8_t bytes[8 * HEAD_VOXELS];
    size_t count[3];
    double affine[3][4], voxel = file->voxel > 0 ? file->voxel : 2;
    size_t size = head_bytes(bytes, count, affine, file), width = size / HEAD_VOXELS;
    nifti_1_header first = {.sizeof_hdr = 348, .magic = "n+1", .vox_offset = 352};
    nifti_2_header second = {.sizeof_hdr = 540, .magic = "n+2", .vox_offset = 544};
    memcpy(second.magic + 4, "\r\n\032\n", 4);
    FILL_HEADER(first, float);
    FILL_HEADER(second, double);
    first.bitpix = second.bitpix = (int16_t)(8 * width);
    if (file->pair) {
        memcpy(first.magic, "ni1", 4);
        first.vox_offset = 0;
    }
    if (file->swapped) {
        nifti_swap_as_nifti1(&first);
        nifti_swap_as_nifti2(&second);
        if (width > 1) {
            nifti_swap_Nbytes(HEAD_VOXELS, (int)width, bytes);
        }
    }
    size_t blanks = file->volumes > 1 ? (file->volumes - 1) * size : 0;
    if (file->pair) {
        char *image = strdup(path);
        memcpy(image + strlen(image) - 4, ".img", 4);
        test_write_bytes(path, &first, sizeof first);
        write_whole(image, NULL, 0, bytes, size, blanks);
        free(image);
    } else {
        write_whole(path, file->second ? (const void *)&second : (const void *)&first,
                    file->second ? sizeof second : sizeof first, bytes, size, blanks);
    }
}

#endif
