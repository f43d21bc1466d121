#include <stdio.h>
#include <string.h>

#include "ctl-import.h"
#include "ctl.h"

/* With --json the API's object, else one line for people. Takes `json` over. */
static int
show(const Ctl *ctl, json_t *json, const char *line)
{
    if (ctl_flag(ctl, "json")) {
        char *text = json_dumps(json, JSON_INDENT(2) | JSON_PRESERVE_ORDER);

        printf("%s\n", text);
        free(text);
    } else {
        printf("%s\n", line);
    }
    json_decref(json);
    return CTL_OK;
}

static const char *
text_of(const json_t *json, const char *name)
{
    const char *text = json_string_value(json_object_get(json, name));

    return text ? text : "-";
}

/* Adds the object's own id under its noun, so that a script need not know which object it has. */
static void
name_id(json_t *json, const char *noun)
{
    json_t *id = json_object_get(json, "id");

    if (id)
        json_object_set(json, noun, id);
}

static void
set_option(const Ctl *ctl, json_t *body, const char *field, const char *option)
{
    const char *value = ctl_option(ctl, option, NULL);

    if (value)
        json_object_set_new(body, field, json_string(value));
}

static int
bad_value(const Ctl *ctl, const char *option)
{
    static const CtlText text = {"this value cannot be read", "无法识别的值"};
    g_autofree char *line = g_strdup_printf("%s: --%s", ctl_text(ctl, &text), option);

    ctl_complain(ctl, "usage", line);
    return CTL_USAGE;
}

/* The path with the argument as one segment. */
static char *
path_of(const char *before, const char *argument, const char *after)
{
    g_autofree char *escaped = g_uri_escape_string(argument, NULL, FALSE);

    return g_strconcat(before, escaped, after, NULL);
}

static int
run_login(Ctl *ctl)
{
    const char *account = ctl_option(ctl, "account", "YUNTAKAN_ACCOUNT");
    const char *given = ctl_option(ctl, "password", "YUNTAKAN_PASSWORD");
    g_autofree char *password = given ? g_strdup(given) : ctl_ask_password(ctl);
    json_t *user = NULL;

    if (!account || !password)
        return bad_value(ctl, account ? "password" : "account");
    int result = ctl_http_sign_in_as(ctl, account, password, &user);

    if (result == CTL_OK)
        result = ctl_http_keep_sign_in(ctl);
    if (result != CTL_OK) {
        json_decref(user);
        return result;
    }
    g_autofree char *line =
        g_strdup_printf("%s  %s  %s", text_of(user, "account"), text_of(user, "role"), text_of(user, "name"));
    return show(ctl, user, line);
}

static int
run_logout(Ctl *ctl)
{
    g_autoptr(json_t) empty = json_object();
    g_autoptr(json_t) nothing = NULL;
    int result = ctl_http_call(ctl, "POST", "/api/sign-out", empty, &nothing);
    int forgotten = ctl_http_forget_sign_in(ctl);

    return result != CTL_OK ? result : forgotten;
}

static int
run_user_add(Ctl *ctl)
{
    const char *password = ctl_option(ctl, "new-password", "YUNTAKAN_NEW_PASSWORD");
    g_autofree char *asked = password ? g_strdup(password) : ctl_ask_password(ctl);
    g_autoptr(json_t) body = json_object();
    json_t *answer;

    if (!asked)
        return bad_value(ctl, "new-password");
    json_object_set_new(body, "account", json_string(ctl->argument));
    json_object_set_new(body, "password", json_string(asked));
    set_option(ctl, body, "name", "name");
    set_option(ctl, body, "role", "role");
    int result = ctl_http_call(ctl, "POST", "/api/users", body, &answer);

    if (result != CTL_OK)
        return result;
    g_autofree char *line = g_strdup_printf("%s  %s  %s", text_of(answer, "account"), text_of(answer, "role"),
                                            text_of(answer, "name"));
    return show(ctl, answer, line);
}

static int
run_case_add(Ctl *ctl)
{
    g_autoptr(json_t) body = json_object();
    json_t *answer;

    set_option(ctl, body, "case_number", "number");
    set_option(ctl, body, "item_code", "item");
    set_option(ctl, body, "applicant", "applicant");
    set_option(ctl, body, "premises", "premises");
    set_option(ctl, body, "phone", "phone");
    int result = ctl_http_call(ctl, "POST", "/api/cases", body, &answer);

    if (result != CTL_OK)
        return result;
    g_autofree char *line = g_strdup_printf("%s  %s  %s", text_of(answer, "id"),
                                            text_of(answer, "case_number"), text_of(answer, "applicant"));
    name_id(answer, "case");
    return show(ctl, answer, line);
}

static int
run_visit_schedule(Ctl *ctl)
{
    const char *at = ctl_option(ctl, "at", NULL);
    g_auto(GStrv) accounts = g_strsplit(ctl_option(ctl, "inspectors", NULL), ",", 16);
    g_autoptr(json_t) body = json_object();
    json_t *staff = json_array(), *answer;
    gint64 when;

    for (guint i = 0; accounts[i]; i++)
        json_array_append_new(staff, json_string(g_strstrip(accounts[i])));
    json_object_set_new(body, "case", json_string(ctl->argument));
    json_object_set_new(body, "staff", staff);
    set_option(ctl, body, "kind", "kind");
    if (!ctl_parse_time(at ? at : "+0", g_get_real_time(), &when))
        return bad_value(ctl, "at");
    json_object_set_new(body, "scheduled_at", json_integer(when));
    int result = ctl_http_call(ctl, "POST", "/api/visits", body, &answer);

    if (result != CTL_OK)
        return result;
    g_autofree char *line = g_strdup_printf("%s  %s", text_of(answer, "id"), text_of(answer, "case_number"));
    name_id(answer, "visit");
    return show(ctl, answer, line);
}

static int
run_visit_show(Ctl *ctl)
{
    g_autofree char *path = path_of("/api/visits/", ctl->argument, "");
    json_t *answer;
    int result = ctl_http_call(ctl, "GET", path, NULL, &answer);

    if (result != CTL_OK)
        return result;
    g_autofree char *line = g_strdup_printf(
        "%s  %s\n%s  %s  %s  %s\nrecording %s\nfindings %zu  stills %zu  marks %zu", text_of(answer, "id"),
        text_of(answer, "state"), text_of(answer, "case_number"), text_of(answer, "applicant"),
        text_of(answer, "premises"), text_of(answer, "item_code"), text_of(answer, "recording"),
        json_array_size(json_object_get(answer, "findings")),
        json_array_size(json_object_get(answer, "stills")),
        json_array_size(json_object_get(answer, "marks")));
    name_id(answer, "visit");
    return show(ctl, answer, line);
}

static int
run_visit_invite(Ctl *ctl)
{
    g_autofree char *path = path_of("/api/visits/", ctl->argument, "/invitations");
    const char *hours = ctl_option(ctl, "hours", NULL), *base = ctl_option(ctl, "base-url", NULL);
    g_autoptr(json_t) body = json_object();
    json_t *answer;
    guint64 number;

    set_option(ctl, body, "name", "name");
    if (hours && !g_ascii_string_to_unsigned(hours, 10, 1, 720, &number, NULL))
        return bad_value(ctl, "hours");
    if (hours)
        json_object_set_new(body, "expires_in_s", json_integer((json_int_t)number * 3600));
    int result = ctl_http_call(ctl, "POST", path, body, &answer);

    if (result != CTL_OK)
        return result;
    base = base ? base : ctl_option(ctl, "server", "YUNTAKAN_SERVER");
    g_autofree char *root = g_strdup(base ? base : "https://localhost:8443");

    if (g_str_has_suffix(root, "/"))
        root[strlen(root) - 1] = '\0';
    g_autofree char *link = g_strconcat(root, text_of(answer, "path"), NULL);
    g_autofree char *qr = ctl_flag(ctl, "qr") ? ctl_qr(link) : NULL;
    g_autofree char *line = g_strconcat(qr ? qr : "", link, NULL);

    json_object_set_new(answer, "link", json_string(link));
    name_id(answer, "invitation");
    return show(ctl, answer, line);
}

static int
run_visit_stream(Ctl *ctl)
{
    g_autofree char *path = path_of("/api/visits/", ctl->argument, "/stream-tokens");
    g_autoptr(json_t) body = json_object();
    json_t *answer;

    set_option(ctl, body, "allow", "allow");
    set_option(ctl, body, "name", "name");
    int result = ctl_http_call(ctl, "POST", path, body, &answer);

    if (result != CTL_OK)
        return result;
    g_autofree char *line =
        g_strdup_printf("%s\nBearer %s", text_of(answer, "path"), text_of(answer, "token"));
    return show(ctl, answer, line);
}

static int
run_export(Ctl *ctl, const char *before, const char *noun)
{
    g_autofree char *path = path_of(before, ctl->argument, "/export");
    g_autofree char *own_name = g_strconcat(ctl->argument, ".zip", NULL);
    const char *file = ctl_option(ctl, "output", NULL);
    gint64 bytes = 0;

    file = file ? file : own_name;
    int result = ctl_http_download(ctl, path, file, &bytes);

    if (result != CTL_OK || g_str_equal(file, "-"))
        return result;
    g_autofree char *line = g_strdup_printf("%s  %" G_GINT64_FORMAT " bytes", file, bytes);
    json_t *answer = json_object();

    json_object_set_new(answer, noun, json_string(ctl->argument));
    json_object_set_new(answer, "file", json_string(file));
    json_object_set_new(answer, "bytes", json_integer(bytes));
    return show(ctl, answer, line);
}

static int
run_recording_export(Ctl *ctl)
{
    return run_export(ctl, "/api/recordings/", "recording");
}

static int
run_case_export(Ctl *ctl)
{
    return run_export(ctl, "/api/cases/", "case");
}

const CtlOption ctl_common_options[] = {
    {"server",
     0,
     FALSE,
     FALSE,
     {"https://HOST:PORT (or YUNTAKAN_SERVER)", "服务器地址（或 YUNTAKAN_SERVER）"}},
    {"ca",
     0,
     FALSE,
     FALSE,
     {"PEM file with the server's certificate (or YUNTAKAN_CA)", "服务器证书文件（或 YUNTAKAN_CA）"}},
    {"insecure", 0, TRUE, FALSE, {"do not check the server's certificate", "不校验服务器证书"}},
    {"account", 0, FALSE, FALSE, {"sign in as (or YUNTAKAN_ACCOUNT)", "登录账号（或 YUNTAKAN_ACCOUNT）"}},
    {"password",
     0,
     FALSE,
     FALSE,
     {"better YUNTAKAN_PASSWORD: others see options", "密码，建议用 YUNTAKAN_PASSWORD"}},
    {"json", 0, TRUE, FALSE, {"print the API's object", "输出 JSON"}},
    {"help", 'h', TRUE, FALSE, {"this text", "显示帮助"}},
    {0},
};

static const CtlOption user_add_options[] = {
    {"role",
     0,
     FALSE,
     TRUE,
     {"inspector, helper, observer or admin", "角色：inspector、helper、observer、admin"}},
    {"name", 0, FALSE, TRUE, {"the person's name", "姓名"}},
    {"new-password",
     0,
     FALSE,
     FALSE,
     {"better YUNTAKAN_NEW_PASSWORD, or it is asked for", "新密码，建议用 YUNTAKAN_NEW_PASSWORD 或交互输入"}},
    {0},
};

static const CtlOption case_add_options[] = {
    {"number", 0, FALSE, TRUE, {"case number", "办件编号"}},
    {"item", 0, FALSE, TRUE, {"item code, e.g. MKT-01", "事项编码，如 MKT-01"}},
    {"applicant", 0, FALSE, TRUE, {"who applies", "申请人"}},
    {"premises", 0, FALSE, FALSE, {"what and where is inspected", "经营场所"}},
    {"phone", 0, FALSE, FALSE, {"of the applicant", "联系电话"}},
    {0},
};

static const CtlOption visit_schedule_options[] = {
    {"inspectors", 0, FALSE, TRUE, {"accounts, separated by commas", "踏勘人员账号，以逗号分隔"}},
    {"at",
     0,
     FALSE,
     FALSE,
     {"+MINUTES (default +0), 2026-11-24T09:30, or µs since 1970",
      "+分钟（默认 +0）、2026-11-24T09:30 或微秒时间戳"}},
    {"kind", 0, FALSE, FALSE, {"inspection or assistance", "inspection（踏勘）或 assistance（帮代办）"}},
    {0},
};

static const CtlOption visit_invite_options[] = {
    {"name", 0, FALSE, FALSE, {"who is invited; default: the applicant", "受邀人；默认为申请人"}},
    {"hours",
     0,
     FALSE,
     FALSE,
     {"how long the link is good, 1 to 720; default 168", "链接有效小时数，1 至 720，默认 168"}},
    {"base-url",
     0,
     FALSE,
     FALSE,
     {"the server's address as the applicant's phone sees it", "申请人手机可访问的服务器地址"}},
    {"qr", 0, TRUE, FALSE, {"the link as a QR code, too", "同时显示二维码"}},
    {0},
};

static const CtlOption visit_stream_options[] = {
    {"allow",
     0,
     FALSE,
     TRUE,
     {"publish (WHIP) or subscribe (WHEP)", "publish（WHIP 推流）或 subscribe（WHEP 拉流）"}},
    {"name", 0, FALSE, FALSE, {"shown in the room", "在房间中显示的名称"}},
    {0},
};

static const CtlOption recording_import_options[] = {
    {"data", 0, FALSE, FALSE, {"data directory of this installation (or YUNTAKAN_DATA)", "本系统的数据目录（或 YUNTAKAN_DATA）"}},
    {"key", 0, FALSE, FALSE, {"certificate or key (PEM) that must have sealed it", "必须由此证书或公钥签名"}},
    {"evidence-ca", 0, FALSE, FALSE, {"authority (PEM) that its certificate must lead to", "其证书须由此机构颁发"}},
    {0},
};

static const CtlOption recording_export_options[] = {
    {"output",
     'o',
     FALSE,
     FALSE,
     {"file; - is standard output; default ID.zip", "输出文件；- 为标准输出；默认 ID.zip"}},
    {0},
};

const CtlCommand ctl_commands[] = {
    {"login",
     NULL,
     NULL,
     FALSE,
     {"sign in and keep the sign-in for later commands", "登录并为后续命令保留登录状态"},
     run_login},
    {"logout", NULL, NULL, TRUE, {"end the sign-in that is kept", "退出登录"}, run_logout},
    {"user add", "ACCOUNT", user_add_options, TRUE, {"add an account", "新增账号"}, run_user_add},
    {"case add", NULL, case_add_options, TRUE, {"open a case", "新建办件"}, run_case_add},
    {"visit schedule",
     "CASE",
     visit_schedule_options,
     TRUE,
     {"schedule a visit on a case", "为办件预约踏勘"},
     run_visit_schedule},
    {"visit invite",
     "VISIT",
     visit_invite_options,
     TRUE,
     {"make the applicant's link", "生成申请人邀请链接"},
     run_visit_invite},
    {"visit show",
     "VISIT",
     NULL,
     TRUE,
     {"a visit with all that is known of it", "查看踏勘详情"},
     run_visit_show},
    {"visit stream",
     "VISIT",
     visit_stream_options,
     TRUE,
     {"a token for an encoder or a player", "生成推流或拉流令牌"},
     run_visit_stream},
    {"recording export",
     "RECORDING",
     recording_export_options,
     TRUE,
     {"download a recording with its evidence", "导出录像与证据"},
     run_recording_export},
    {"recording import",
     "FILE",
     recording_import_options,
     TRUE,
     {"verify an export and take its recordings over, on the server itself", "核验导出的文件并导入其中的录像（在服务器上执行）"},
     ctl_run_import},
    {"case export",
     "CASE",
     recording_export_options,
     TRUE,
     {"download all recordings of a case in one package", "一案一档：导出办件的全部录像"},
     run_case_export},
    {0},
};
