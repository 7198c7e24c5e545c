/* SPDX-License-Identifier: MIT */
/* Text on a canvas. */
#include <math.h>

#include <pango/pangocairo.h>

#include "canvas_targets.h"

#ifdef __SANITIZE_ADDRESS__
/* fontconfig keeps offsets in place of pointers, which the search for leaks does not follow. The
 * sanitizer looks the function up by its name: it must be visible. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void); /* NOLINT */
const char *
__lsan_default_suppressions(void) /* NOLINT */
{
    return "leak:libfontconfig\n";
}
#endif

/* The height of a capital, of the font's size: that of DejaVu Sans. */
static const double CAPITAL = 0.729;
/* cairo's built-in font, in ASCII. */
static const char BUILT_IN[] = "@cairo:";

/* A line of text as wide in every format, so that a layout made for one holds for all: nothing is
 * rounded to pixels. The font map of pango_cairo_font_map_get_default() is the thread's own. */
static PangoLayout *
layout_of(double size, const char *text)
{
    PangoContext *context = pango_font_map_create_context(pango_cairo_font_map_get_default());
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context, options);
    pango_cairo_context_set_resolution(context, 72);
    pango_context_set_round_glyph_positions(context, FALSE);
    cairo_font_options_destroy(options);
    PangoFontDescription *font = pango_font_description_from_string("sans");
    pango_font_description_set_absolute_size(font, size / CAPITAL * PANGO_SCALE);
    PangoLayout *out = pango_layout_new(context);
    pango_layout_set_single_paragraph_mode(out, TRUE);
    pango_layout_set_font_description(out, font);
    pango_layout_set_text(out, text, -1);
    pango_font_description_free(font);
    g_object_unref(context);
    return out;
}

/* Whether the system has no font for plain letters, so that the built-in one is needed. */
static bool
lacks_font(PangoLayout *layout, const char *text)
{
    bool ascii = true;
    for (const char *c = text; *c != '\0'; c++) {
        ascii = ascii && (unsigned char)*c < 128;
    }
    return ascii && pango_layout_get_unknown_glyphs_count(layout) > 0;
}

static void
use_built_in(cairo_t *context, double size)
{
    cairo_select_font_face(context, BUILT_IN, CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(context, size / CAPITAL);
}

static double
built_in_width(double size, const char *text)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
    cairo_t *context = cairo_create(surface);
    cairo_text_extents_t extents = {.x_advance = 0};
    use_built_in(context, size);
    cairo_text_extents(context, text, &extents);
    cairo_destroy(context);
    cairo_surface_destroy(surface);
    return extents.x_advance;
}

static void
draw(const canvas *picture, double x, double y, double size, PangoLayout *layout,
     const char *built_in, colour ink)
{
    for (size_t i = 0; i < TARGETS; i++) {
        cairo_t *context = picture->targets->on[i];
        if (context == NULL) {
            continue;
        }
        cairo_set_source_rgb(context, ink.r / 255.0, ink.g / 255.0, ink.b / 255.0);
        cairo_move_to(context, x, y);
        if (built_in != NULL) {
            use_built_in(context, size);
            cairo_show_text(context, built_in);
        } else {
            pango_cairo_show_layout_line(context, pango_layout_get_line_readonly(layout, 0));
        }
        cairo_new_path(context);
    }
}

void
canvas_text_within(canvas *picture, double x, double y, double size, double width, const char *text,
                   colour ink)
{
    PangoLayout *layout = layout_of(size, text);
    if (lacks_font(layout, text)) {
        double whole = built_in_width(size, text);
        draw(picture, x, y, whole > width ? size * width / whole : size, NULL, text, ink);
    } else {
        if (isfinite(width)) {
            pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
            pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
        }
        draw(picture, x, y, size, layout, NULL, ink);
    }
    g_object_unref(layout);
}

void
canvas_text(canvas *picture, double x, double y, double size, const char *text, colour ink)
{
    canvas_text_within(picture, x, y, size, (double)INFINITY, text, ink);
}

double
canvas_text_width(double size, const char *text)
{
    PangoLayout *layout = layout_of(size, text);
    PangoRectangle logical = {.width = 0};
    pango_layout_line_get_extents(pango_layout_get_line_readonly(layout, 0), NULL, &logical);
    double width =
        lacks_font(layout, text) ? built_in_width(size, text) : (double)logical.width / PANGO_SCALE;
    g_object_unref(layout);
    return width;
}
