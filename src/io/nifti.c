/* SPDX-License-Identifier: MIT */
/* niftiio understands the headers; the voxels are read here, since niftiio fills what is missing of
 * a truncated file with zeros. What niftiio would print about or trip over is checked first. */
#include "lesionbench/nifti.h"

#include <math.h>
#include <string.h>

#include <nifti2_io.h>

#include "gzip.h"

enum { HEADER_ROOM = 540, CHUNK = 1 << 16, MAX_OFFSET = 1 << 30 };

typedef struct reader {
    gzFile stream; /* plain files as well */
    const char *path;
    size_t file_size;
    bool swapped;
} reader;

static lb_status
fail_damaged(const reader *in, lb_error *err)
{
    return lb_fail(err, LB_ERROR_FORMAT, "%s: the NIfTI file is damaged or truncated", in->path);
}

#define CONVERT(type)                                              \
    do {                                                           \
        for (size_t i = 0; i < count; i++) {                       \
            type value;                                            \
            memcpy(&value, from + i * sizeof value, sizeof value); \
            to[i] = (double)value;                                 \
        }                                                          \
    } while (0)

/* False for types that are not plain numbers. */
static bool
to_doubles(double *to, const uint8_t *from, size_t count, int type)
{
    switch (type) {
    case DT_UINT8:
        CONVERT(uint8_t);
        return true;
    case DT_INT8:
        CONVERT(int8_t);
        return true;
    case DT_UINT16:
        CONVERT(uint16_t);
        return true;
    case DT_INT16:
        CONVERT(int16_t);
        return true;
    case DT_UINT32:
        CONVERT(uint32_t);
        return true;
    case DT_INT32:
        CONVERT(int32_t);
        return true;
    case DT_UINT64:
        CONVERT(uint64_t);
        return true;
    case DT_INT64:
        CONVERT(int64_t);
        return true;
    case DT_FLOAT32:
        CONVERT(float);
        return true;
    case DT_FLOAT64:
        CONVERT(double);
        return true;
    default:
        return false;
    }
}

/* What must hold before niftiio may see a header; dims is dim[0..7]. The magic is "n+1", or "ni1"
 * for a pair of files. */
static lb_status
check_claims(const char *magic, const int64_t dims[8], int type, double offset, const reader *in,
             lb_error *err)
{
    if (magic[1] == 'i') {
        return lb_fail(err, LB_ERROR_UNSUPPORTED,
                       "%s: its voxels are in a second file (.img); convert the pair to one .nii",
                       in->path);
    }
    if (dims[0] < 1 || dims[0] > 7 || !(offset >= 0 && offset <= MAX_OFFSET)) {
        return fail_damaged(in, err);
    }
    double bytes = 1; /* cannot overflow */
    for (int64_t i = 1; i <= dims[0]; i++) {
        if (dims[i] < 1) {
            return fail_damaged(in, err);
        }
        bytes *= (double)dims[i];
        if (i > 3 && dims[i] > 1) {
            return lb_fail(err, LB_ERROR_UNSUPPORTED,
                           "%s: has more than one volume (axis %d has %lld); extract one first",
                           in->path, (int)i, (long long)dims[i]);
        }
    }
    if (dims[0] < 3) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED, "%s: is not a volume: it has %d axes", in->path,
                       (int)dims[0]);
    }
    int size = 0, swap = 0;
    nifti_datatype_sizes(type, &size, &swap);
    if (!to_doubles(NULL, NULL, 0, type)) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED, "%s: cannot read voxels of type %d (%s)",
                       in->path, type, nifti_datatype_string(type));
    }
    if (bytes * size > (double)lb_gzip_room(in->stream, in->file_size)) {
        return lb_fail(
            err, LB_ERROR_FORMAT,
            "%s: the NIfTI header claims %.0f bytes of voxels, but the file has only %zu", in->path,
            bytes * size, in->file_size);
    }
    return LB_OK;
}

static lb_status
convert_first(nifti_image **out, const uint8_t *bytes, reader *in, lb_error *err)
{
    nifti_1_header header;
    memcpy(&header, bytes, sizeof header);
    in->swapped = header.sizeof_hdr != (int)sizeof header;
    if (in->swapped) {
        nifti_swap_as_nifti1(&header);
    }
    int64_t dims[8];
    for (size_t i = 0; i < 8; i++) {
        dims[i] = header.dim[i];
    }
    lb_status status =
        check_claims(header.magic, dims, header.datatype, (double)header.vox_offset, in, err);
    if (status == LB_OK) {
        *out = nifti_convert_n1hdr2nim(header, NULL);
    }
    return status;
}

static lb_status
convert_second(nifti_image **out, const uint8_t *bytes, reader *in, lb_error *err)
{
    nifti_2_header header;
    memcpy(&header, bytes, sizeof header);
    in->swapped = header.sizeof_hdr != (int)sizeof header;
    if (in->swapped) {
        nifti_swap_as_nifti2(&header);
    }
    int64_t dims[8];
    memcpy(dims, header.dim, sizeof dims);
    lb_status status =
        check_claims(header.magic, dims, header.datatype, (double)header.vox_offset, in, err);
    if (status == LB_OK) {
        *out = nifti_convert_n2hdr2nim(header, NULL);
    }
    return status;
}

static lb_status
read_header(nifti_image **out, reader *in, lb_error *err)
{
    uint8_t bytes[HEADER_ROOM] = {0};
    nifti_image *image = NULL;
    int got = gzread(in->stream, bytes, sizeof bytes);
    if (got < 0) {
        return fail_damaged(in, err);
    }
    nifti_set_debug_level(0); /* it would print a line of its own */
    int version = nifti_header_version((const char *)bytes, (size_t)got);
    if ((version != 1 && version != 2) || (version == 2 && got < HEADER_ROOM) ||
        got < (int)sizeof(nifti_1_header)) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: is not a NIfTI file", in->path);
    }
    lb_status status = version == 1 ? convert_first(&image, bytes, in, err)
                                    : convert_second(&image, bytes, in, err);
    if (status == LB_OK && image == NULL) {
        return fail_damaged(in, err);
    }
    *out = image;
    return status;
}

static void
scale(float *out, const double *values, size_t count, const nifti_image *image)
{
    double slope = image->scl_slope != 0 ? image->scl_slope : 1;
    double inter = image->scl_slope != 0 ? image->scl_inter : 0;
    for (size_t i = 0; i < count; i++) {
        double value = values[i] * slope + inter;
        out[i] = fabs(value) <= 3e38 ? (float)value : 0.0F;
    }
}

static lb_status
read_voxels(float *out, size_t count, const nifti_image *image, const reader *in, lb_error *err)
{
    lb_status status = LB_OK;
    uint8_t *bytes = NULL;
    double *values = NULL;
    size_t width = (size_t)image->nbyper;
    LB_ALLOC(bytes, CHUNK * width);
    LB_ALLOC(values, CHUNK);
    if (gzseek(in->stream, (z_off_t)image->iname_offset, SEEK_SET) < 0) {
        LB_TRY(fail_damaged(in, err));
    }
    for (size_t done = 0; done < count; done += CHUNK) {
        size_t now = count - done < CHUNK ? count - done : CHUNK;
        if (gzread(in->stream, bytes, (unsigned)(now * width)) != (int)(now * width)) {
            LB_TRY(fail_damaged(in, err));
        }
        if (in->swapped && width > 1) {
            nifti_swap_Nbytes((int64_t)now, (int)width, bytes);
        }
        to_doubles(values, bytes, now, image->datatype);
        scale(out + done, values, now, image);
    }
    if (!lb_gzip_ends_well(in->stream)) {
        LB_TRY(fail_damaged(in, err));
    }
cleanup:
    lb_free(values);
    lb_free(bytes);
    return status;
}

static lb_status
place(lb_volume *volume, const nifti_image *image, const reader *in, lb_error *err)
{
    const double spacing[3] = {image->dx, image->dy, image->dz};
    const nifti_dmat44 *matrix = image->sform_code > 0 ? &image->sto_xyz : &image->qto_xyz;
    bool finite = true;
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 4; j++) {
            volume->to_world[i][j] = matrix->m[i][j];
            finite = finite && isfinite(matrix->m[i][j]);
        }
        volume->spacing[i] = fabs(spacing[i]) > 0 ? fabs(spacing[i]) : 1;
        finite = finite && isfinite(spacing[i]);
    }
    return finite ? LB_OK
                  : lb_fail(err, LB_ERROR_FORMAT,
                            "%s: the NIfTI header has voxel sizes or an orientation that are not "
                            "finite",
                            in->path);
}

lb_status
lb_nifti_read(lb_volume *out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    reader in = {.path = path};
    nifti_image *image = NULL;
    lb_volume volume = {0};
    LB_TRY(lb_gzip_open(&in.stream, &in.file_size, path, err));
    LB_TRY(read_header(&image, &in, err));
    LB_TRY(place(&volume, image, &in, err));
    volume.nx = (size_t)image->nx;
    volume.ny = (size_t)image->ny;
    volume.nz = (size_t)image->nz;
    size_t count = volume.nx * volume.ny * volume.nz; /* cannot overflow: check_claims() */
    LB_ALLOC(volume.value, count);
    LB_TRY(read_voxels(volume.value, count, image, &in, err));
    *out = volume;
    volume.value = NULL;
cleanup:
    lb_volume_release(&volume);
    nifti_image_free(image);
    if (in.stream != NULL) {
        gzclose(in.stream);
    }
    return status;
}

void
lb_volume_release(lb_volume *volume)
{
    lb_free(volume->value);
    volume->value = NULL;
}
