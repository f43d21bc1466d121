/* A key that stays in its device: SoftHSM in the place of one. */
#include "signer.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite-main.h"

#define MODULE "/usr/lib/softhsm/libsofthsm2.so"
#define PIN    "123456"

static char *
quiet(const char *command)
{
    int status = -1;
    char *out = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *err = NULL;

    ck_assert_msg(g_spawn_command_line_sync(command, &out, &err, &status, &error), "%s", error ? error->message : "");
    ck_assert_msg(status == 0, "%s: %s", command, err);
    return out;
}

START_TEST(a_key_in_a_device_seals_without_leaving_it)
{
    g_autofree char *folder = g_dir_make_tmp("yuntakan-pkcs11-XXXXXX", NULL);
    g_autofree char *tokens = g_build_filename(folder, "tokens", NULL);
    g_autofree char *conf = g_build_filename(folder, "softhsm2.conf", NULL);
    g_autofree char *text = g_strdup_printf("directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n", tokens);
    g_autofree char *pem = g_build_filename(folder, "key.pem", NULL);
    g_autofree char *first = g_build_filename(folder, "first.pem", NULL);
    g_autofree char *second = g_build_filename(folder, "second.pem", NULL);
    g_autofree char *import = g_strdup_printf("softhsm2-util --import %s --token bureau --label seal --id a1b2 --pin " PIN, pem);
    g_autofree char *remove = g_strdup_printf("rm -rf %s", folder);
    g_autoptr(GError) error = NULL;
    g_autoptr(Signer) made = NULL;
    g_autoptr(Signer) device = NULL;
    g_autoptr(Signer) wrong = NULL;
    g_autoptr(PublicKey) public = NULL;
    g_autoptr(GBytes) signature = NULL;
    const char *certificate;

    ck_assert_int_eq(g_mkdir(tokens, 0700), 0);
    ck_assert(g_file_set_contents(conf, text, -1, NULL));
    ck_assert_int_eq(setenv("SOFTHSM2_CONF", conf, 1), 0);
    g_free(quiet("softhsm2-util --init-token --free --label bureau --pin " PIN " --so-pin 12345678"));
    made = signer_load_or_create(pem, first, "ecdsa-p256", "a", &error);
    ck_assert_msg(made != NULL, "%s", error ? error->message : "");
    g_free(quiet(import));
    ck_assert_int_eq(g_unlink(pem), 0); /* from here on it is in the device alone */

    device = signer_load_uri("pkcs11:token=bureau;object=seal;type=private?pin-value=" PIN "&module-path=" MODULE, second, "Bureau", &error);
    ck_assert_msg(device != NULL, "%s", error ? error->message : "");
    ck_assert_str_eq(signer_algorithm(device), "ecdsa-p256");
    ck_assert_str_eq(signer_key_digest(device), signer_key_digest(made));
    signature = signer_sign(device, "sealed", 6, &error);
    ck_assert_msg(signature != NULL, "%s", error ? error->message : "");
    certificate = signer_certificate_pem(device);
    public = public_key_from_pem(certificate, strlen(certificate), &error);
    ck_assert(public_key_verify(public, "sealed", 6, g_bytes_get_data(signature, NULL), g_bytes_get_size(signature)));
    ck_assert(!public_key_verify(public, "Sealed", 6, g_bytes_get_data(signature, NULL), g_bytes_get_size(signature)));

    wrong = signer_load_uri("pkcs11:token=bureau;object=other;type=private?pin-value=" PIN "&module-path=" MODULE, second, "Bureau", &error);
    ck_assert_ptr_null(wrong);
    ck_assert_ptr_null(strstr(error->message, PIN));
    g_free(quiet(remove));
}
END_TEST

SUITE_MAIN("pkcs11", a_key_in_a_device_seals_without_leaving_it)
