using System.Buffers.Binary;
using System.Text;

namespace Stoa.Server.Messaging.Uploads;

/// <summary>Office documents, which are ZIP archives: told from programs and plain archives by what their first entry is called.</summary>
internal static class OfficeKinds
{
    private const int HeaderBytes = 30;
    private const int NameLengthAt = 26;
    private const int SizeAt = 18;
    private const string MimeEntry = "mimetype";

    // Formats that carry macros (.docm, .xlsm …) are not among them.
    private static readonly FileKind[] Open =
    [
        new("application/vnd.openxmlformats-officedocument.wordprocessingml.document", [".docx"]),
        new("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", [".xlsx"]),
        new("application/vnd.openxmlformats-officedocument.presentationml.presentation", [".pptx"]),
    ];

    private static readonly FileKind[] Oasis =
    [
        new("application/vnd.oasis.opendocument.text", [".odt"]),
        new("application/vnd.oasis.opendocument.spreadsheet", [".ods"]),
        new("application/vnd.oasis.opendocument.presentation", [".odp"]),
    ];

    private static readonly string[] FirstParts = ["[Content_Types].xml", "_rels/", "docProps/", "word/", "xl/", "ppt/", "customXml/"];

    public static FileKind? Of(ReadOnlySpan<byte> start, string ending)
    {
        if (start.Length < HeaderBytes)
            return null;
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(start[NameLengthAt..]);
        var extraLength = BinaryPrimitives.ReadUInt16LittleEndian(start[(NameLengthAt + 2)..]);
        if (start.Length < HeaderBytes + nameLength + extraLength)
            return null;
        var name = Encoding.UTF8.GetString(start.Slice(HeaderBytes, nameLength));
        if (name == MimeEntry)
        {
            // Stored as it is, so that it can be read from outside (ODF 1.2, part 3, 3.3).
            var size = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(start[SizeAt..]), 100);
            var content = start[(HeaderBytes + nameLength + extraLength)..];
            var mime = Encoding.UTF8.GetString(content[..Math.Min(size, content.Length)]);
            return Array.Find(Oasis, k => k.Mime == mime);
        }

        return Array.Exists(FirstParts, part => name.StartsWith(part, StringComparison.Ordinal)) ? Array.Find(Open, k => k.Endings.Contains(ending)) : null;
    }
}
