using System.Data.Common;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Cli;

/// <summary>What keeps a server or a verb from working though nothing is wrong with the program: said in one line, as <c>doctor</c> says it, without a stack.</summary>
/// <param name="Code"><see cref="Cli.Failed"/> when trying again may help, <see cref="Cli.BadSettings"/> when something must be changed first.</param>
internal sealed record StartFault(int Code, string Text)
{
    private const string More = " 'doctor' looks at everything.";

    /// <summary>Null: a fault of ours, which deserves its stack.</summary>
    /// <param name="settings">Null: not known where it happened.</param>
    public static StartFault? Of(Exception fault, StoaSettings? settings)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (Known(cause, settings) is { } known)
                return known with { Text = known.Text.ReplaceLineEndings(" ") + More };
        }

        return null;
    }

    private static StartFault? Known(Exception cause, StoaSettings? settings) => cause switch
    {
        DbException database when RecordOutage.IsAround(database) => new(RecordOutage.PassesByItself(database) ? Cli.Failed : Cli.BadSettings,
            $"The database{Named(settings)} cannot be used: {cause.GetBaseException().Message.TrimEnd('.')}.{(RecordOutage.MayLackRoom(database) ? Room(settings) : "")}"),
        DamagedDatabaseException => new(Cli.BadSettings, $"The database{Named(settings)} is damaged: {cause.Message.TrimEnd('.')}. 'restore' brings back a backup."),
        UnusableKeyException => new(Cli.BadSettings, cause.Message),
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable or SocketError.AccessDenied } =>
            new(Cli.BadSettings, $"The address to listen at cannot be had: {cause.Message}. Listen:Host and Listen:Port name it."),
        UnauthorizedAccessException => new(Cli.BadSettings, $"{cause.Message} The server must be able to write there."),
        FileNotFoundException or DirectoryNotFoundException or PathTooLongException => new(Cli.BadSettings, $"A file or folder cannot be used: {cause.Message.TrimEnd('.')}."),
        IOException { InnerException: not AddressInUseException } io =>
            new(DiskOutage.IsReadOnly(io) ? Cli.BadSettings : Cli.Failed, $"A file or folder cannot be used: {cause.Message.TrimEnd('.')}."),
        _ => null,
    };

    private static string Named(StoaSettings? settings) => settings is null ? "" : $" ({DatabaseUrl.Describe(settings.Database.Target)})";

    /// <summary>What is left on the disk of the database's file.</summary>
    private static string Room(StoaSettings? settings)
    {
        try
        {
            return settings is null ? "" : $" {new DriveInfo(Path.GetDirectoryName(DatabaseUrl.FileOf(settings.Database.Target))!).AvailableFreeSpace / 1_000_000} MB are free on its disk.";
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
