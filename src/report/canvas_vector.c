/* SPDX-License-Identifier: MIT */
/* A canvas's marks as SVG 1.1 and as PDF 1.4 (ISO 32000-1), the same lines in both. */
#include <stdlib.h>
#include <string.h>

#include "canvas.h"
#include "html.h"
#include "lesionbench/atomic_file.h"
#include "lesionbench/png.h"

static bool
same_pen(const mark *a, const mark *b)
{
    return b->kind == MARK_LINE && a->thickness == b->thickness &&
           memcmp(&a->ink, &b->ink, sizeof a->ink) == 0;
}

/* The number of lines from here on that one pen draws. */
static size_t
pen_run(const canvas *picture, size_t first)
{
    size_t end = first + 1;
    while (end < picture->mark_count && same_pen(&picture->marks[first], &picture->marks[end])) {
        end++;
    }
    return end - first;
}

static void
svg_lines(FILE *stream, const mark *marks, size_t count)
{
    fprintf(stream, "<path stroke=\"#%02x%02x%02x\" stroke-width=\"%.2f\" d=\"", marks->ink.r,
            marks->ink.g, marks->ink.b, marks->thickness);
    for (size_t i = 0; i < count; i++) {
        const segment *s = &marks[i].line;
        fprintf(stream, "M%.1f %.1fL%.1f %.1f", s->x0, s->y0, s->x1, s->y1);
    }
    fputs("\"/>\n", stream);
}

static lb_status
svg_image(FILE *stream, const mark *m, lb_error *err)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    lb_status status = lb_png_encode(&bytes, &size, m->rows, m->columns, 3, m->pixels, err);
    if (status == LB_OK) {
        fprintf(stream,
                "<image x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\"%s "
                "preserveAspectRatio=\"none\" xlink:href=\"data:image/png;base64,",
                m->x, m->y, m->width, m->height,
                m->smooth ? "" : " style=\"image-rendering:pixelated\"");
        html_base64(stream, bytes, size);
        fputs("\"/>\n", stream);
        lb_free(bytes);
    }
    return status;
}

lb_status
canvas_svg(FILE *stream, const canvas *picture, lb_error *err)
{
    lb_status status = LB_OK;
    fprintf(stream,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" "
            "xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"%zu\" height=\"%zu\" "
            "viewBox=\"0 0 %zu %zu\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
            "<g fill=\"none\" stroke-linecap=\"round\">\n",
            picture->width, picture->height, picture->width, picture->height);
    for (size_t i = 0; i < picture->mark_count;) {
        const mark *m = &picture->marks[i];
        size_t count = m->kind == MARK_LINE ? pen_run(picture, i) : 1;
        if (m->kind == MARK_LINE) {
            svg_lines(stream, m, count);
        } else if (m->kind == MARK_BOX) {
            fprintf(stream,
                    "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" "
                    "fill=\"#%02x%02x%02x\"/>\n",
                    m->x, m->y, m->width, m->height, m->ink.r, m->ink.g, m->ink.b);
        } else {
            LB_TRY(svg_image(stream, m, err));
        }
        i += count;
    }
    fputs("</g>\n</svg>\n", stream);
cleanup:
    return status;
}

/* Objects 1 catalogue, 2 pages, 3 the page, 4 its content, from 5 on the images. */
enum { FIRST_IMAGE = 5 };

static void
pdf_colour(FILE *stream, colour ink, const char *what)
{
    fprintf(stream, "%.3f %.3f %.3f %s\n", ink.r / 255.0, ink.g / 255.0, ink.b / 255.0, what);
}

/* In the canvas's units with y downwards, as the first line sets it. */
static void
pdf_content(FILE *stream, const canvas *picture, double scale)
{
    size_t images = 0;
    fprintf(stream, "%.5f 0 0 %.5f 0 %.3f cm 1 J\n", scale, -scale,
            scale * (double)picture->height);
    for (size_t i = 0; i < picture->mark_count;) {
        const mark *m = &picture->marks[i];
        size_t count = m->kind == MARK_LINE ? pen_run(picture, i) : 1;
        if (m->kind == MARK_LINE) {
            pdf_colour(stream, m->ink, "RG");
            fprintf(stream, "%.2f w\n", m->thickness);
            for (size_t k = 0; k < count; k++) {
                fprintf(stream, "%.1f %.1f m %.1f %.1f l\n", m[k].line.x0, m[k].line.y0,
                        m[k].line.x1, m[k].line.y1);
            }
            fputs("S\n", stream);
        } else if (m->kind == MARK_BOX) {
            pdf_colour(stream, m->ink, "rg");
            fprintf(stream, "%g %g %g %g re f\n", m->x, m->y, m->width, m->height);
        } else {
            fprintf(stream, "q %g 0 0 %g %g %g cm /I%zu Do Q\n", m->width, -m->height, m->x,
                    m->y + m->height, images++);
        }
        i += count;
    }
}

static uint32_t
big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* A PNG's IDAT chunks are a PDF's Flate stream with its predictor 15 (section 7.4.4.4). Moves them
 * together at the front. */
static size_t
join_chunks(uint8_t *bytes, size_t size)
{
    size_t length = 0;
    for (size_t at = 8; at + 12 <= size;) {
        size_t chunk = big_endian(bytes + at);
        if (memcmp(bytes + at + 4, "IDAT", 4) == 0) {
            memmove(bytes + length, bytes + at + 8, chunk);
            length += chunk;
        }
        at += chunk + 12;
    }
    return length;
}

static lb_status
pdf_image(FILE *stream, const mark *m, size_t object, lb_error *err)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    lb_status status = lb_png_encode(&bytes, &size, m->rows, m->columns, 3, m->pixels, err);
    if (status != LB_OK) {
        return status;
    }
    size = join_chunks(bytes, size);
    fprintf(stream,
            "%zu 0 obj\n<< /Type /XObject /Subtype /Image /Width %zu /Height %zu /ColorSpace "
            "/DeviceRGB /BitsPerComponent 8 /Interpolate %s /Filter /FlateDecode /DecodeParms << "
            "/Predictor 15 /Colors 3 /BitsPerComponent 8 /Columns %zu >> /Length %zu >>\nstream\n",
            object, m->columns, m->rows, m->smooth ? "true" : "false", m->columns, size);
    fwrite(bytes, 1, size, stream);
    fputs("\nendstream\nendobj\n", stream);
    lb_free(bytes);
    return LB_OK;
}

/* Where each object begins, from the stream's start. */
static lb_status
pdf_objects(FILE *stream, const canvas *picture, long *offsets, size_t images, const char *content,
            size_t length, double scale, lb_error *err)
{
    lb_status status = LB_OK;
    size_t done = 0;
    fputs("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", stream);
    offsets[1] = ftell(stream);
    fputs("1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n", stream);
    offsets[2] = ftell(stream);
    fputs("2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n", stream);
    offsets[3] = ftell(stream);
    fprintf(stream,
            "3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.3f %.3f] /Contents 4 0 R "
            "/Resources << /XObject <<",
            scale * (double)picture->width, scale * (double)picture->height);
    for (size_t i = 0; i < images; i++) {
        fprintf(stream, " /I%zu %zu 0 R", i, FIRST_IMAGE + i);
    }
    fputs(" >> >> >>\nendobj\n", stream);
    offsets[4] = ftell(stream);
    fprintf(stream, "4 0 obj\n<< /Length %zu >>\nstream\n", length);
    fwrite(content, 1, length, stream);
    fputs("\nendstream\nendobj\n", stream);
    for (size_t i = 0; i < picture->mark_count; i++) {
        if (picture->marks[i].kind == MARK_IMAGE) {
            offsets[FIRST_IMAGE + done] = ftell(stream);
            LB_TRY(pdf_image(stream, &picture->marks[i], FIRST_IMAGE + done, err));
            done++;
        }
    }
cleanup:
    return status;
}

static void
pdf_end(FILE *stream, const long *offsets, size_t objects)
{
    long start = ftell(stream);
    fprintf(stream, "xref\n0 %zu\n0000000000 65535 f \n", objects);
    for (size_t i = 1; i < objects; i++) {
        fprintf(stream, "%010ld 00000 n \n", offsets[i]);
    }
    fprintf(stream, "trailer\n<< /Size %zu /Root 1 0 R >>\nstartxref\n%ld\n%%%%EOF\n", objects,
            start);
}

lb_status
canvas_pdf(FILE *stream, const canvas *picture, lb_error *err)
{
    lb_status status = LB_OK;
    double scale = picture->print_width / 25.4 * 72 / (double)picture->width; /* points */
    long *offsets = NULL;
    char *content = NULL;
    size_t length = 0, images = 0;
    FILE *text = open_memstream(&content, &length);
    if (text == NULL) {
        return lb_fail_errno(err, "cannot write a figure");
    }
    for (size_t i = 0; i < picture->mark_count; i++) {
        images += picture->marks[i].kind == MARK_IMAGE;
    }
    LB_ALLOC(offsets, FIRST_IMAGE + images);
    pdf_content(text, picture, scale);
    if (fflush(text) != 0 || ferror(text) != 0) {
        LB_TRY(lb_fail(err, LB_ERROR_MEMORY, "a figure: out of memory"));
    }
    LB_TRY(pdf_objects(stream, picture, offsets, images, content, length, scale, err));
    pdf_end(stream, offsets, FIRST_IMAGE + images);
cleanup:
    fclose(text);
    free(content);
    lb_free(offsets);
    return status;
}

static lb_status
write_vector(const canvas *picture, const char *path, bool svg, lb_error *err)
{
    lb_status status = LB_OK;
    lb_atomic_file *output = NULL;
    LB_TRY(lb_atomic_file_open(&output, path, err));
    FILE *stream = lb_atomic_file_stream(output);
    LB_TRY(svg ? canvas_svg(stream, picture, err) : canvas_pdf(stream, picture, err));
    LB_TRY(lb_atomic_file_commit(output, err));
cleanup:
    lb_atomic_file_close(output);
    return status;
}

lb_status
canvas_write(const canvas *picture, const char *directory, const char *name, lb_error *err)
{
    static const char *const endings[] = {"svg", "pdf", "png"};
    lb_status status = LB_OK;
    char *path = NULL;
    if (picture->failed) {
        return lb_fail(err, LB_ERROR_MEMORY, "figures/%s: out of memory", name);
    }
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        lb_free(path);
        path = lb_format(err, "%s/figures/%s.%s", directory, name, endings[i]);
        if (path == NULL) {
            LB_TRY(err->code);
        }
        LB_TRY(i < 2
                   ? write_vector(picture, path, i == 0, err)
                   : lb_png_write(path, picture->height, picture->width, 3, picture->pixels, err));
    }
cleanup:
    lb_free(path);
    return status;
}
