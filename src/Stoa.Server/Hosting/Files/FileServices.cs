using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Hosting.Files;

/// <summary>Registers the file store that the settings name.</summary>
public static class FileServices
{
    public static IServiceCollection AddFiles(this IServiceCollection services, StoaSettings settings) =>
        services.AddSingleton<IFileStore>(_ => settings.S3.Bucket.Length > 0 ? new S3FileStore(settings.S3) : new FolderFileStore(FolderOf(settings)));

    /// <summary>Where files lie without a bucket.</summary>
    public static string FolderOf(StoaSettings settings) =>
        settings.Files.Folder.Length > 0 ? settings.Files.Folder : Path.Combine(settings.Data.Folder, "files");
}
