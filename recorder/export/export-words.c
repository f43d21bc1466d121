#include "export-words.h"

static const char chinese[] =
    "云踏勘 录像导出\n"
    "================\n\n"
    "%s/ 是录像本身，与服务器上的文件逐字节相同，未经转码、未经重新封装：\n"
    "  ledger.jsonl        账本：每行一条记录，逐行以散列相连，并定期封签\n"
    "  cert.pem            封签密钥的证书\n"
    "  site/               现场的视频和声音（分段 MP4，多数播放器可直接打开）\n"
    "  audio-*/            其他参加人的声音\n"
    "  stills/             照片\n"
    "index.html            用浏览器打开即可离线回放，旁边是检查点清单\n"
    "media/                普通 MP4 副本（AAC 声音），任何播放器都能打开；副本不是证据\n"
    "chapters.*.vtt        检查点章节（WebVTT）；record.* 踏勘笔录；metadata.json 归档元数据（GB/T 42727-2023）\n"
    "manifest-sha256.txt   以上全部文件的摘要：sha256sum -c manifest-sha256.txt\n"
    "verification.txt      导出时的核验报告（verification.json 供程序读取）\n"
    "index.json            目录：片段、检查点、照片、中断及其在录像中的位置\n\n"
    "如何核验（不需要联网，不需要服务器）\n"
    "  yuntakan-verify %s\n"
    "  yuntakan-verify --key 机关证书.pem %s\n"
    "不使用本软件也可以核验：docs/evidence-format.md 第 8 节给出仅用 openssl、jq、sha256sum 的步骤。\n"
    "请勿改动上述文件夹中的任何文件，也不要放入其他文件。\n\n";

static const char english[] =
    "Yuntakan: export of a recording\n"
    "===============================\n\n"
    "%s/ is the recording itself, byte for byte as on the server, neither transcoded nor remuxed:\n"
    "  ledger.jsonl        the ledger: one record a line, chained by digests, sealed every few seconds\n"
    "  cert.pem            certificate of the key that seals\n"
    "  site/               the site's video and sound (fragmented MP4, which most players open)\n"
    "  audio-*/            the other participants' sound\n"
    "  stills/             stills\n"
    "index.html            open it in a browser: replays offline, with the check list beside the video\n"
    "media/                plain MP4 copies (AAC sound) for any player; copies are not the evidence\n"
    "chapters.*.vtt        check points as WebVTT chapters; record.*: the record; metadata.json: for the archive (GB/T 42727-2023)\n"
    "manifest-sha256.txt   digests of all these files: sha256sum -c manifest-sha256.txt\n"
    "verification.txt      what the verifier said at the export (verification.json for programs)\n"
    "index.json            fragments, check points, stills and gaps, and where they are in the recording\n\n"
    "To verify (no network and no server needed)\n"
    "  yuntakan-verify %s\n"
    "  yuntakan-verify --key AUTHORITY.pem %s\n"
    "Without this software: docs/evidence-format.md, section 8, does it with openssl, jq and sha256sum alone.\n"
    "Do not change any file in that folder and put none into it.\n\n";

static void
add_facts(GString *text, const RecordingIndex *index)
{
    g_autoptr(GDateTime) started = g_date_time_new_from_unix_utc(recording_index_started_at(index) / G_USEC_PER_SEC);
    g_autofree char *shown = started ? g_date_time_format(started, "%Y-%m-%dT%H:%M:%SZ") : NULL;

    g_string_append_printf(text, "录像 recording  %s\n案号 case       %s\n事项 item       %s %s\n开始 started    %s\n",
                           recording_index_recording(index), recording_index_case_number(index), recording_index_item(index),
                           recording_index_title(index), shown ? shown : "?");
}

char *
export_readme(const RecordingIndex *index, const char *folder)
{
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, chinese, folder, folder, folder);
    g_string_append_printf(text, english, folder, folder, folder);
    add_facts(text, index);
    return g_string_free(text, FALSE);
}
