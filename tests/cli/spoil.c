/* SPDX-License-Identifier: MIT */
/* Changes an HDF5 file into one that no writer of this project would make.
 *   spoil FILE remove NAME                 a group or dataset
 *   spoil FILE shape NAME SIDE...          a dataset of this shape in its place, never written
 *   spoil FILE text NAME SIDE...           the same, of strings of 64 KiB
 *   spoil FILE fill NAME VALUE             every element
 *   spoil FILE attribute OBJECT NAME TEXT  in place of an older one
 *   spoil FILE links NAME COUNT            COUNT links to the root, in a new group
 *   spoil FILE link NAME OBJECT [OTHER]    a link in its place, to an object of this or another
 * file spoil FILE filter NAME                 the same values behind a filter that nobody else has
 *   spoil FILE damage NAME                 the same values, gzipped, every second row damaged
 *   spoil FILE virtual NAME OBJECT OTHER   a virtual dataset of its shape in its place
 *   spoil FILE raw NAME OTHER              its values in another file, which is not made
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hdf5.h>

enum { MAX_SIDES = 32, LONG_TEXT = 65536 };

static int
remove_object(hid_t file, const char *name)
{
    return H5Ldelete(file, name, H5P_DEFAULT) < 0;
}

/* Stored in chunks, so that space which is not written takes none. */
static int
reshape(hid_t file, const char *name, hid_t type, int rank, char **sides)
{
    hsize_t shape[MAX_SIDES] = {0}, chunk[MAX_SIDES];
    for (int i = 0; i < rank; i++) {
        shape[i] = strtoull(sides[i], NULL, 10);
        chunk[i] = 1;
    }
    hid_t space = rank > 0 ? H5Screate_simple(rank, shape, NULL) : H5Screate(H5S_SCALAR);
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    if (rank > 0) {
        H5Pset_chunk(properties, rank, chunk);
    }
    H5Ldelete(file, name, H5P_DEFAULT);
    return H5Dcreate2(file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT) < 0;
}

static hid_t
stored_type(hid_t file, const char *name)
{
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    return dataset < 0 ? H5T_IEEE_F32LE : H5Dget_type(dataset);
}

static hid_t
text_type(size_t size)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, size);
    return type;
}

static int
fill(hid_t file, const char *name, double value)
{
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    hssize_t count = H5Sget_simple_extent_npoints(H5Dget_space(dataset));
    double *values = count > 0 ? calloc((size_t)count, sizeof *values) : NULL;
    for (hssize_t i = 0; values != NULL && i < count; i++) {
        values[i] = value;
    }
    int failed = values == NULL ||
                 H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0;
    free(values);
    return failed;
}

static int
set_attribute(hid_t file, const char *object, const char *name, const char *text)
{
    hid_t owner = H5Oopen(file, object, H5P_DEFAULT), type = text_type(strlen(text) + 1);
    H5Adelete(owner, name);
    hid_t attribute =
        H5Acreate2(owner, name, type, H5Screate(H5S_SCALAR), H5P_DEFAULT, H5P_DEFAULT);
    return H5Awrite(attribute, type, text) < 0;
}

static int
add_links(hid_t file, const char *name, long count)
{
    hid_t group = H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    int failed = group < 0;
    for (long i = 0; i < count; i++) {
        char link[32];
        snprintf(link, sizeof link, "%ld", i);
        failed |= H5Lcreate_hard(file, "/", group, link, H5P_DEFAULT, H5P_DEFAULT) < 0;
    }
    return failed;
}

static int
link_to(hid_t file, const char *name, const char *object, const char *other)
{
    H5Ldelete(file, name, H5P_DEFAULT);
    return other != NULL
               ? H5Lcreate_external(other, object, file, name, H5P_DEFAULT, H5P_DEFAULT) < 0
               : H5Lcreate_soft(object, file, name, H5P_DEFAULT, H5P_DEFAULT) < 0;
}

static size_t
leave_as_is(unsigned flags, size_t count, const unsigned *values, size_t bytes, size_t *capacity,
            void **buffer)
{
    (void)flags, (void)count, (void)values, (void)capacity, (void)buffer;
    return bytes;
}

/* A new dataset in the place of one, with these properties. */
static hid_t
replace(hid_t file, const char *name, hid_t properties)
{
    hid_t old = H5Dopen2(file, name, H5P_DEFAULT), type = H5Dget_type(old),
          space = H5Dget_space(old);
    H5Ldelete(file, name, H5P_DEFAULT);
    return H5Dcreate2(file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
}

/* The same values in chunks of a row, behind a filter. */
static int
rewrite(hid_t file, const char *name, hid_t properties)
{
    hid_t old = H5Dopen2(file, name, H5P_DEFAULT);
    hsize_t chunk[MAX_SIDES] = {0};
    int rank = H5Sget_simple_extent_dims(H5Dget_space(old), chunk, NULL);
    hssize_t count = H5Sget_simple_extent_npoints(H5Dget_space(old));
    double *values = calloc((size_t)count + 1, sizeof *values);
    chunk[0] = 1;
    int failed = values == NULL || rank < 1 ||
                 H5Dread(old, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0 ||
                 H5Pset_chunk(properties, rank, chunk) < 0 ||
                 H5Dwrite(replace(file, name, properties), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL,
                          H5P_DEFAULT, values) < 0;
    free(values);
    return failed;
}

/* The number of h5py's lzf. */
static int
filter(hid_t file, const char *name)
{
    enum { LZF = 32000 };
    const H5Z_class2_t lzf = {H5Z_CLASS_T_VERS, LZF, 1, 1, "lzf", NULL, NULL, leave_as_is};
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    return H5Zregister(&lzf) < 0 ||
           H5Pset_filter(properties, LZF, H5Z_FLAG_MANDATORY, 0, NULL) < 0 ||
           rewrite(file, name, properties);
}

/* Every second row is no gzip. */
static int
damage(hid_t file, const char *name)
{
    static const char bytes[16] = "not what it was";
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    if (H5Pset_deflate(properties, 1) < 0 || rewrite(file, name, properties)) {
        return 1;
    }
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    hsize_t sides[MAX_SIDES] = {0}, at[MAX_SIDES] = {0};
    H5Sget_simple_extent_dims(H5Dget_space(dataset), sides, NULL);
    int failed = 0;
    for (at[0] = 1; at[0] < sides[0]; at[0] += 2) {
        failed |= H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, at, sizeof bytes, bytes) < 0;
    }
    return failed;
}

static int
make_virtual(hid_t file, const char *name, const char *object, const char *other)
{
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE),
          space = H5Dget_space(H5Dopen2(file, name, H5P_DEFAULT));
    return H5Pset_virtual(properties, space, other, object, space) < 0 ||
           replace(file, name, properties) < 0;
}

static int
make_raw(hid_t file, const char *name, const char *other)
{
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    return H5Pset_external(properties, other, 0, H5F_UNLIMITED) < 0 ||
           replace(file, name, properties) < 0;
}

static int
spoil_links(hid_t file, const char *what, int count, char **arguments)
{
    const char *name = arguments[0];
    if (strcmp(what, "link") == 0 && (count == 2 || count == 3)) {
        return link_to(file, name, arguments[1], count == 3 ? arguments[2] : NULL);
    }
    if (strcmp(what, "filter") == 0) {
        return filter(file, name);
    }
    if (strcmp(what, "damage") == 0) {
        return damage(file, name);
    }
    if (strcmp(what, "virtual") == 0 && count == 3) {
        return make_virtual(file, name, arguments[1], arguments[2]);
    }
    if (strcmp(what, "raw") == 0 && count == 2) {
        return make_raw(file, name, arguments[1]);
    }
    return strcmp(what, "links") == 0 && count == 2
               ? add_links(file, name, strtol(arguments[1], NULL, 10))
               : 2;
}

static int
spoil(hid_t file, const char *what, int count, char **arguments)
{
    const char *name = arguments[0];
    if (strcmp(what, "remove") == 0) {
        return remove_object(file, name);
    }
    if (strcmp(what, "shape") == 0 && count <= MAX_SIDES) {
        return reshape(file, name, stored_type(file, name), count - 1, arguments + 1);
    }
    if (strcmp(what, "text") == 0 && count <= MAX_SIDES) {
        return reshape(file, name, text_type(LONG_TEXT), count - 1, arguments + 1);
    }
    if (strcmp(what, "fill") == 0 && count == 2) {
        return fill(file, name, strtod(arguments[1], NULL));
    }
    if (strcmp(what, "attribute") == 0 && count == 3) {
        return set_attribute(file, name, arguments[1], arguments[2]);
    }
    return spoil_links(file, what, count, arguments);
}

int
main(int argc, char **argv)
{
    if (argc < 4) {
        return 2;
    }
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    hid_t file = H5Fopen(argv[1], H5F_ACC_RDWR, access);
    if (file < 0) {
        return 1;
    }
    int failed = spoil(file, argv[2], argc - 3, argv + 3);
    failed |= H5Fclose(file) < 0;
    if (failed) {
        fprintf(stderr, "spoil: %s %s failed\n", argv[2], argv[3]);
    }
    return failed;
}
