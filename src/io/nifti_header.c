/* SPDX-License-Identifier: MIT */
/* niftiio understands the headers; what it would print about or trip over is checked first. */
#include "nifti_header.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#include <nifti2_io.h>

#include "lesionbench/output.h"

enum { HEADER_ROOM = 540, MAX_OFFSET = 1 << 30, GZIP_BUFFER = 1 << 17 };

typedef struct header {
    const char *path;
    nifti_image *image; /* as niftiio understands it */
    bool swapped;
    bool pair;         /* the voxels are in another file */
    int64_t dims[8];   /* dim[0 .. 7] */
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
check_type(header *h, int type, lb_error *err)
{
    static const int REAL[] = {DT_UINT8, DT_INT8,   DT_UINT16, DT_INT16,   DT_UINT32,
                               DT_INT32, DT_UINT64, DT_INT64,  DT_FLOAT32, DT_FLOAT64};
    for (size_t i = 0; i < sizeof REAL / sizeof *REAL; i++) {
        if (REAL[i] == type) {
            int size = 0, swap = 0;
            nifti_datatype_sizes(type, &size, &swap);
            h->voxel_size = (size_t)size;
            return LB_OK;
        }
    }
    return lb_fail(err, LB_ERROR_UNSUPPORTED,
                   "%s: cannot read voxels of type %d (%s); save them as a real number", h->path,
                   type, nifti_datatype_string(type));
}

/* What must hold before niftiio may see a header. The magic is "n+1", or "ni1" for a pair. */
static lb_status
check_claims(header *h, const char *magic, int type, double offset, lb_error *err)
{
    const int64_t *dims = h->dims;
    lb_status status = LB_OK;
    h->pair = magic[1] == 'i';
    if (dims[0] < 1 || dims[0] > 7 || !(offset >= 0 && offset <= MAX_OFFSET)) {
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
    LB_TRY(check_type(h, type, err));
    h->bytes *= (double)h->voxel_size;
cleanup:
    return status;
}

static lb_status
convert_first(header *out, const uint8_t *bytes, lb_error *err)
{
    nifti_1_header raw;
    memcpy(&raw, bytes, sizeof raw);
    out->swapped = raw.sizeof_hdr != (int)sizeof raw;
    if (out->swapped) {
        nifti_swap_as_nifti1(&raw);
    }
    for (size_t i = 0; i < 8; i++) {
        out->dims[i] = raw.dim[i];
    }
    lb_status status = check_claims(out, raw.magic, raw.datatype, (double)raw.vox_offset, err);
    if (status == LB_OK) {
        out->image = nifti_convert_n1hdr2nim(raw, NULL);
    }
    return status;
}

static lb_status
convert_second(header *out, const uint8_t *bytes, lb_error *err)
{
    nifti_2_header raw;
    memcpy(&raw, bytes, sizeof raw);
    out->swapped = raw.sizeof_hdr != (int)sizeof raw;
    if (out->swapped) {
        nifti_swap_as_nifti2(&raw);
    }
    memcpy(out->dims, raw.dim, sizeof out->dims);
    lb_status status = check_claims(out, raw.magic, raw.datatype, (double)raw.vox_offset, err);
    if (status == LB_OK) {
        out->image = nifti_convert_n2hdr2nim(raw, NULL);
    }
    return status;
}

static lb_status
read_header(header *out, gzFile stream, lb_error *err)
{
    uint8_t bytes[HEADER_ROOM] = {0};
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
    if ((version != 1 && version != 2) || (version == 2 && got < HEADER_ROOM) ||
        got < (int)sizeof(nifti_1_header)) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: is not a NIfTI file", out->path);
    }
    lb_status status =
        version == 1 ? convert_first(out, bytes, err) : convert_second(out, bytes, err);
    if (status == LB_OK && out->image == NULL) {
        return lb_nifti_fail_damaged(out->path, err);
    }
    return status;
}

static void
place(lb_volume *volume, const nifti_image *image)
{
    const double spacing[3] = {image->dx, image->dy, image->dz};
    const nifti_dmat44 *matrix = image->sform_code > 0 ? &image->sto_xyz : &image->qto_xyz;
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 4; j++) {
            volume->to_world[i][j] = matrix->m[i][j];
        }
        volume->spacing[i] = fabs(spacing[i]) > 0 ? fabs(spacing[i]) : 1;
    }
    volume->placed = image->sform_code > 0 || image->qform_code > 0;
}

/* Quaternions of damaged headers turn into matrices that are not finite. */
static lb_status
check_place(const lb_volume *volume, const char *path, lb_error *err)
{
    bool finite = true;
    for (size_t i = 0; i < 3; i++) {
        finite = finite && isfinite(volume->spacing[i]);
        for (size_t j = 0; j < 4; j++) {
            finite = finite && isfinite(volume->to_world[i][j]);
        }
    }
    return finite ? LB_OK
                  : lb_fail(err, LB_ERROR_FORMAT,
                            "%s: the NIfTI file is damaged: its voxel sizes or its orientation are "
                            "not finite",
                            path);
}

static void
fill(lb_nifti_claims *out, const header *h)
{
    const nifti_image *image = h->image;
    lb_volume volume = {.nx = (size_t)image->nx,
                        .ny = (size_t)image->ny,
                        .nz = (size_t)image->nz,
                        .volumes = h->dims[0] > 3 ? (size_t)h->dims[4] : 1};
    place(&volume, image);
    bool scaled = image->scl_slope != 0;
    *out = (lb_nifti_claims){.volume = volume,
                             .type = image->datatype,
                             .width = h->voxel_size,
                             .swapped = h->swapped,
                             .slope = scaled ? image->scl_slope : 1,
                             .intercept = scaled ? image->scl_inter : 0,
                             .offset = (size_t)image->iname_offset};
}

/* "a.img" belongs to "a.hdr", gzipped or not. */
static bool
ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static bool
is_image(const char *path)
{
    return ends_with(path, ".img") || ends_with(path, ".img.gz") || ends_with(path, ".IMG") ||
           ends_with(path, ".IMG.GZ");
}

/* The first file that is there of path with its ending changed, or NULL; the caller's. niftiio
 * would find it as well, but opens what it looks at, and so waits for pipes. */
static lb_status
find_beside(char **out, const char *path, const char *const endings[], lb_error *err)
{
    size_t length = strlen(path);
    length -= ends_with(path, ".gz") || ends_with(path, ".GZ") ? 3 : 0;
    while (length > 0 && path[length - 1] != '.' && path[length - 1] != '/') {
        length--;
    }
    for (size_t i = 0; endings[i] != NULL; i++) {
        char *name = lb_format(err, "%.*s%s", (int)length, path, endings[i]);
        if (name == NULL) {
            return err->code;
        }
        if (lb_exists(name)) {
            *out = name;
            return LB_OK;
        }
        lb_free(name);
    }
    *out = NULL;
    return LB_OK;
}

static lb_status
open_pair(gzFile *out, size_t *size, const char *path, lb_error *err)
{
    static const char *const ENDINGS[] = {"img", "img.gz", "IMG", "IMG.GZ", NULL};
    char *voxels = NULL;
    lb_status status = find_beside(&voxels, path, ENDINGS, err);
    if (status == LB_OK && voxels == NULL) {
        status = lb_fail(err, LB_ERROR_IO,
                         "%s: the file of its voxels (.img, .img.gz) is not beside it", path);
    } else if (status == LB_OK) {
        status = lb_gzip_open(out, size, voxels, err);
    }
    lb_free(voxels);
    return status;
}

/* A plain file shows its length; gzip could have shrunk the voxels only so far. */
static lb_status
check_length(const header *h, const lb_nifti_claims *claims, lb_error *err)
{
    bool plain = gzdirect(claims->stream) == 1;
    double most = plain ? (double)claims->on_disk - (double)claims->offset
                        : (double)claims->on_disk * LB_GZIP_MAX_RATIO;
    if (h->bytes > most) {
        return lb_fail(
            err, LB_ERROR_FORMAT,
            "%s: damaged or truncated: the NIfTI header claims %.0f bytes of voxels, but the file "
            "has only %zu%s",
            h->path, h->bytes, claims->on_disk, plain ? "" : " (gzipped)");
    }
    return LB_OK;
}

/* The name to read the header from; *out is the caller's. */
static lb_status
find_header(char **out, const char *path, lb_error *err)
{
    static const char *const ENDINGS[] = {"hdr", "hdr.gz", "HDR", "HDR.GZ", NULL};
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
lb_nifti_claims_read(lb_nifti_claims *out, const char *path, lb_error *err)
{
    static pthread_once_t silenced = PTHREAD_ONCE_INIT;
    lb_status status = LB_OK;
    header h = {.path = path};
    char *name = NULL;
    gzFile stream = NULL;
    lb_nifti_claims claims = {.stream = NULL};
    size_t size = 0;
    pthread_once(&silenced, silence);
    LB_TRY(find_header(&name, path, err));
    LB_TRY(lb_gzip_open(&stream, &size, name, err));
    gzbuffer(stream, GZIP_BUFFER);
    LB_TRY(read_header(&h, stream, err));
    fill(&claims, &h);
    LB_TRY(check_place(&claims.volume, path, err));
    claims.stream = stream;
    claims.on_disk = size;
    if (h.pair) {
        claims.stream = NULL;
        LB_TRY(open_pair(&claims.stream, &claims.on_disk, name, err));
        gzbuffer(claims.stream, GZIP_BUFFER);
        gzclose(stream);
    }
    stream = claims.stream;
    LB_TRY(check_length(&h, &claims, err));
    *out = claims;
    stream = NULL;
cleanup:
    if (stream != NULL) {
        gzclose(stream);
    }
    nifti_image_free(h.image);
    lb_free(name);
    return status;
}
