using Microsoft.Extensions.DependencyInjection.Extensions;
using Stoa.Server.Hosting.Settings.Reading;

namespace Stoa.Server.Hosting.Settings;

/// <summary>Brings the settings into a host.</summary>
public static class SettingsHosting
{
    private const string SettingsFile = "appsettings.json";

    /// <summary>A builder that finds <c>appsettings.json</c> in the working directory or else beside the program.</summary>
    /// <param name="options">The command line without its verb.</param>
    public static WebApplicationBuilder CreateBuilder(string[] options)
    {
        // A host that says where its files are (a test host, ASPNETCORE_CONTENTROOT) knows better.
        var isTold = Environment.GetEnvironmentVariable("ASPNETCORE_CONTENTROOT") is not null
            || options.Any(static o => o.StartsWith("--contentRoot", StringComparison.OrdinalIgnoreCase));
        return WebApplication.CreateBuilder(isTold || File.Exists(SettingsFile)
            ? new WebApplicationOptions { Args = options }
            : new WebApplicationOptions { Args = options, ContentRootPath = AppContext.BaseDirectory });
    }

    /// <summary>Reads and checks every setting, registers <see cref="StoaSettings"/>, and applies what concerns the web server: addresses, TLS, limits.</summary>
    /// <remarks>The command line is the one the builder was created with. Each source overrides those before it: json files, .env, environment, command line.</remarks>
    /// <exception cref="SettingsException">A key is unknown or a value is not allowed. Names every problem, and no secret.</exception>
    public static StoaSettings AddSettings(this WebApplicationBuilder builder)
    {
        List<string> problems = [], notes = [];
        var sources = SettingSources.Compose(builder.Configuration, problems);
        problems.AddRange(UnknownKeys.Find(sources));
        var settings = new SettingsReading(sources, problems).Read();
        SettingsRules.Check(settings, builder.Environment.IsDevelopment(), problems, notes);
        if (problems.Count > 0)
            throw new SettingsException([.. problems.Distinct()]);

        notes.AddRange(UnknownKeys.Unused(sources).Select(static name => $"{name} is set, but this version has no use for it"));
        notes.AddRange(UnknownKeys.NearMisses(Environment.GetEnvironmentVariables().Keys.Cast<string>()));
        settings.Notes = notes;
        builder.Services.AddSingleton(settings);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SettingsNotes>());
        Listening.Apply(builder, settings);
        return settings;
    }
}
