/* SPDX-License-Identifier: MIT */
/* niftiio names the versions and the types and swaps bytes; every field is read and checked here.
 */
#include "nifti_header.h"

#include <float.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#include <nifti2_io.h>

#include "lesionbench/paths.h"
#include "nifti_place.h"

/* The first voxel of a single file stands at least this far behind its start. */
enum { FIRST_OFFSET = 352, SECOND_OFFSET = 544 };

enum { HEADER_CAPACITY = 540, MAX_OFFSET = 1 << 30, GZIP_BUFFER = 1 << 17 };

typedef struct header {
    const char *path;
    bool swapped;
    bool pair;       /* the voxels are in another file */
    int64_t dims[8]; /* dim[0 .. 7] */
    int type;        /* DT_UINT8, ... */
    double offset;   /* of the first voxel */
    double slope, intercept;
    lb_nifti_frame frame;
    double bytes;      /* of all voxels; a double cannot overflow */
    size_t voxel_size; /* bytes */
} header;

lb_status
lb_nifti_fail_damaged(const char *path, lb_error *err)
{
    return lb_fail(err, LB_ERROR_FORMAT, "%s: the NIfTI file is damaged or truncated", path);
}

/* niftiio would print lines of its own. Its level is a global: set once, before any thread reads
 * it. */
static void
silence(void)
{
    nifti_set_debug_level(0);
}

static lb_status
check_type(header *h, lb_error *err)
{
    static const int REAL[] = {DT_UINT8, DT_INT8,   DT_UINT16, DT_INT16,   DT_UINT32,
                               DT_INT32, DT_UINT64, DT_INT64,  DT_FLOAT32, DT_FLOAT64};
    for (size_t i = 0; i < sizeof REAL / sizeof *REAL; i++) {
        if (REAL[i] == h->type) {
            int size = 0, swap = 0;
            nifti_datatype_sizes(h->type, &size, &swap);
            h->voxel_size = (size_t)size;
            return LB_OK;
        }
    }
    return lb_fail(err, LB_ERROR_UNSUPPORTED,
                   "%s: cannot read voxels of type %d (%s); save them as a real number", h->path,
                   h->type, nifti_datatype_string(h->type));
}

/* As nibabel: a slope of 0, or that is not finite, is none. */
static lb_status
check_scale(header *h, lb_error *err)
{
    if (h->slope == 0 || !isfinite(h->slope)) {
        h->slope = 1;
        h->intercept = 0;
    }
    return isfinite(h->intercept)
               ? LB_OK
               : lb_fail(err, LB_ERROR_FORMAT,
                         "%s: scl_inter is not finite though scl_slope is %g; correct the header",
                         h->path, h->slope);
}

static lb_status
check_dims(header *h, lb_error *err)
{
    const int64_t *dims = h->dims;
    if (dims[0] < 1 || dims[0] > 7) {
        return lb_nifti_fail_damaged(h->path, err);
    }
    h->bytes = 1;
    for (int64_t i = 1; i <= dims[0]; i++) {
        if (dims[i] < 1) {
            return lb_nifti_fail_damaged(h->path, err);
        }
        h->bytes *= (double)dims[i];
        if (i == 3 && h->bytes > LB_NIFTI_MAX_VOXELS) {
            return lb_fail(err, LB_ERROR_UNSUPPORTED,
                           "%s: a volume of %.0f voxels is too large (%.0f at most)", h->path,
                           h->bytes, LB_NIFTI_MAX_VOXELS);
        }
        if (i > 4 && dims[i] > 1) {
            return lb_fail(err, LB_ERROR_UNSUPPORTED,
                           "%s: has more than 4 axes (axis %d has %lld); extract one volume first",
                           h->path, (int)i, (long long)dims[i]);
        }
    }
    if (dims[0] < 3) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED, "%s: is not a volume: it has %d axes", h->path,
                       (int)dims[0]);
    }
    return LB_OK;
}

/* The magic is "n+1", or "ni1" for a pair. Programs differ in where a single file whose vox_offset
 * is too low begins. */
static lb_status
check_info(header *h, const char *magic, double least_offset, lb_error *err)
{
    lb_status status = LB_OK;
    h->pair = magic[1] == 'i';
    if (!(h->offset >= 0 && h->offset <= MAX_OFFSET)) {
        LB_TRY(lb_nifti_fail_damaged(h->path, err));
    }
    LB_TRY(check_dims(h, err));
    LB_TRY(check_type(h, err));
    LB_TRY(check_scale(h, err));
    if (!h->pair && h->offset < least_offset) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                       "%s: vox_offset is %g, inside the header (%g at least); correct the header",
                       h->path, h->offset, least_offset));
    }
    h->bytes *= (double)h->voxel_size;
cleanup:
    return status;
}

/* The fields that both versions have by the same names. */
#define COPY_FIELDS(h, raw)                                  \
    do {                                                     \
        for (size_t i = 0; i < 8; i++) {                     \
            (h)->dims[i] = (raw).dim[i];                     \
        }                                                    \
        for (size_t i = 0; i < 4; i++) {                     \
            (h)->frame.pixdim[i] = (double)(raw).pixdim[i];  \
            (h)->frame.srow[0][i] = (double)(raw).srow_x[i]; \
            (h)->frame.srow[1][i] = (double)(raw).srow_y[i]; \
            (h)->frame.srow[2][i] = (double)(raw).srow_z[i]; \
        }                                                    \
        (h)->frame.quatern[0] = (double)(raw).quatern_b;     \
        (h)->frame.quatern[1] = (double)(raw).quatern_c;     \
        (h)->frame.quatern[2] = (double)(raw).quatern_d;     \
        (h)->frame.qoffset[0] = (double)(raw).qoffset_x;     \
        (h)->frame.qoffset[1] = (double)(raw).qoffset_y;     \
        (h)->frame.qoffset[2] = (double)(raw).qoffset_z;     \
        (h)->frame.qform_code = (raw).qform_code;            \
        (h)->frame.sform_code = (raw).sform_code;            \
        (h)->frame.xyzt_units = (uint8_t)(raw).xyzt_units;   \
        (h)->type = (raw).datatype;                          \
        (h)->offset = (double)(raw).vox_offset;              \
        (h)->slope = (double)(raw).scl_slope;                \
        (h)->intercept = (double)(raw).scl_inter;            \
    } while (0)

static lb_status
read_first(header *out, const uint8_t *bytes, lb_error *err)
{
    nifti_1_header raw;
    memcpy(&raw, bytes, sizeof raw);
    out->swapped = raw.sizeof_hdr != (int)sizeof raw;
    if (out->swapped) {
        nifti_swap_as_nifti1(&raw);
    }
    COPY_FIELDS(out, raw);
    out->frame.rounding = 3 * (double)FLT_EPSILON;
    return check_info(out, raw.magic, FIRST_OFFSET, err);
}

static lb_status
read_second(header *out, const uint8_t *bytes, lb_error *err)
{
    nifti_2_header raw;
    memcpy(&raw, bytes, sizeof raw);
    out->swapped = raw.sizeof_hdr != (int)sizeof raw;
    if (out->swapped) {
        nifti_swap_as_nifti2(&raw);
    }
    COPY_FIELDS(out, raw);
    out->frame.rounding = 3 * DBL_EPSILON;
    return check_info(out, raw.magic, SECOND_OFFSET, err);
}

static lb_status
read_header(header *out, gzFile stream, lb_error *err)
{
    uint8_t bytes[HEADER_CAPACITY] = {0};
    int got = gzread(stream, bytes, sizeof bytes);
    if (got < 0) {
        return lb_nifti_fail_damaged(out->path, err);
    }
    int version = nifti_header_version((const char *)bytes, (size_t)got);
    if (version == 0 && got >= (int)sizeof(nifti_1_header)) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED,
                       "%s: is an ANALYZE file, which does not say how it is oriented; convert it "
                       "to NIfTI",
                       out->path);
    }
    if ((version != 1 && version != 2) || (version == 2 && got < HEADER_CAPACITY) ||
        got < (int)sizeof(nifti_1_header)) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: is not a NIfTI file", out->path);
    }
    return version == 1 ? read_first(out, bytes, err) : read_second(out, bytes, err);
}

static lb_status
fill(lb_nifti_header_info *out, const header *h, lb_error *err)
{
    lb_nifti_header_info info = {.volume = {.nx = (size_t)h->dims[1],
                                            .ny = (size_t)h->dims[2],
                                            .nz = (size_t)h->dims[3],
                                            .volumes = h->dims[0] > 3 ? (size_t)h->dims[4] : 1},
                                 .type = h->type,
                                 .width = h->voxel_size,
                                 .swapped = h->swapped,
                                 .slope = h->slope,
                                 .intercept = h->intercept,
                                 .offset = (size_t)h->offset};
    lb_status status = lb_nifti_place(&info.volume, &h->frame, h->path, err);
    if (status == LB_OK) {
        *out = info;
    }
    return status;
}

static bool
ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static bool
is_gzipped(const char *path)
{
    return ends_with(path, ".gz") || ends_with(path, ".GZ");
}

/* "a.img" belongs to "a.hdr", gzipped or not. */
static bool
is_image(const char *path)
{
    return ends_with(path, ".img") || ends_with(path, ".img.gz") || ends_with(path, ".IMG") ||
           ends_with(path, ".IMG.GZ");
}

static bool
is_single(const char *path)
{
    return ends_with(path, ".nii") || ends_with(path, ".nii.gz") || ends_with(path, ".NII") ||
           ends_with(path, ".NII.GZ");
}

/* The first file that is there of path with its ending changed, or NULL; the caller's. What is
 * gzipped belongs to what is gzipped, where there are both, as nibabel has it. niftiio would look
 * for it as well, but opens what it looks at, and so waits for pipes. */
static lb_status
find_beside(char **out, const char *path, const char *const endings[4], lb_error *err)
{
    size_t length = strlen(path) - (is_gzipped(path) ? 3 : 0), first = is_gzipped(path) ? 2 : 0;
    while (length > 0 && path[length - 1] != '.' && path[length - 1] != '/') {
        length--;
    }
    for (size_t i = 0; i < 4; i++) {
        char *name = lb_format(err, "%.*s%s", (int)length, path, endings[(first + i) % 4]);
        if (name == NULL) {
            return err->code;
        }
        bool there = false;
        lb_status status = lb_path_exists(&there, name, err);
        if (there) {
            *out = name;
            return LB_OK;
        }
        lb_free(name);
        if (status != LB_OK) {
            return status;
        }
    }
    *out = NULL;
    return LB_OK;
}

/* The file of a pair's voxels: the one that was named, or the one beside the header. */
static lb_status
open_pair(gzFile *out, size_t *size, const char *path, const char *header_path, lb_error *err)
{
    static const char *const ENDINGS[] = {"img", "IMG", "img.gz", "IMG.GZ"};
    char *voxels = NULL;
    lb_status status = LB_OK;
    if (is_single(path)) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: its header says that its voxels are in another file (.img); name the "
                       ".hdr of the pair, or correct the header's magic",
                       path);
    }
    if (is_image(path)) {
        return lb_gzip_open(out, size, path, err);
    }
    LB_TRY(find_beside(&voxels, header_path, ENDINGS, err));
    if (voxels == NULL) {
        LB_TRY(lb_fail(err, LB_ERROR_IO,
                       "%s: the file of its voxels (.img, .img.gz) is not beside it", header_path));
    }
    LB_TRY(lb_gzip_open(out, size, voxels, err));
cleanup:
    lb_free(voxels);
    return status;
}

/* A plain file shows its length; gzip could have shrunk the voxels only so far. */
static lb_status
check_length(const header *h, const lb_nifti_header_info *info, lb_error *err)
{
    bool plain = gzdirect(info->stream) == 1;
    double max = plain ? (double)info->on_disk - (double)info->offset
                       : (double)info->on_disk * LB_GZIP_MAX_RATIO;
    if (h->bytes > max) {
        return lb_fail(
            err, LB_ERROR_FORMAT,
            "%s: damaged or truncated: the NIfTI header claims %.0f bytes of voxels, but the file "
            "has only %zu%s",
            h->path, h->bytes, info->on_disk, plain ? "" : " (gzipped)");
    }
    return LB_OK;
}

/* The name to read the header from; *out is the caller's. */
static lb_status
find_header(char **out, const char *path, lb_error *err)
{
    static const char *const ENDINGS[] = {"hdr", "HDR", "hdr.gz", "HDR.GZ"};
    if (!is_image(path)) {
        *out = lb_strdup(path, err);
        return *out != NULL ? LB_OK : err->code;
    }
    lb_status status = find_beside(out, path, ENDINGS, err);
    if (status == LB_OK && *out == NULL) {
        return lb_fail(err, LB_ERROR_IO, "%s: its header (.hdr) is not beside it", path);
    }
    return status;
}

lb_status
lb_nifti_header_info_read(lb_nifti_header_info *out, const char *path, lb_error *err)
{
    static pthread_once_t silenced = PTHREAD_ONCE_INIT;
    lb_status status = LB_OK;
    header h = {.path = path};
    char *name = NULL;
    gzFile stream = NULL;
    lb_nifti_header_info info = {.stream = NULL};
    size_t size = 0;
    pthread_once(&silenced, silence);
    LB_TRY(find_header(&name, path, err));
    LB_TRY(lb_gzip_open(&stream, &size, name, err));
    gzbuffer(stream, GZIP_BUFFER);
    LB_TRY(read_header(&h, stream, err));
    LB_TRY(fill(&info, &h, err));
    info.stream = stream;
    info.on_disk = size;
    if (!h.pair && is_image(path)) {
        LB_TRY(
            lb_fail(err, LB_ERROR_FORMAT,
                    "%s: its header %s says that the voxels follow it in the same file; name that "
                    "file, or correct the header's magic",
                    path, name));
    }
    if (h.pair) {
        info.stream = NULL;
        LB_TRY(open_pair(&info.stream, &info.on_disk, path, name, err));
        gzbuffer(info.stream, GZIP_BUFFER);
        gzclose(stream);
    }
    stream = info.stream;
    LB_TRY(check_length(&h, &info, err));
    *out = info;
    stream = NULL;
cleanup:
    if (stream != NULL) {
        gzclose(stream);
    }
    lb_free(name);
    return status;
}
