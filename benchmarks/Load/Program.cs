using System.Diagnostics;
using System.Globalization;
using Stoa.Load;
using Stoa.Load.Floors;
using Stoa.Load.Scenarios;
using Stoa.Load.Scenarios.Sockets;

// Started by the sockets scenario as a process of its own.
if (args is ["socket-floor", var port])
    return SocketFloor.Run(int.Parse(port, CultureInfo.InvariantCulture));

// One thread waits for the sockets and runs the senders on the spot: no hand-over to the thread pool for each answer. Read once, by the first socket.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", "1");

// A new scenario is one class and one line here.
Scenario[] scenarios = [new Sends(), new Idle(), new Timing(), new SocketsScenario()];

LoadOptions options;
Scenario? scenario;
try
{
    options = LoadOptions.Parse(args);
    scenario = Array.Find(scenarios, s => s.Name == options.Scenario) ?? throw new ArgumentException($"Unknown scenario {options.Scenario}.");
}
catch (ArgumentException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    foreach (var known in scenarios)
        Console.Error.WriteLine($"  {known.Name,-8} {known.Summary}");
    return 2;
}

if (options.GeneratorCpus is { } cpus)
    Process.Start("taskset", ["-a", "-p", "-c", cpus, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]).WaitForExit();

var report = await scenario.RunAsync(options);
Console.Write($"\n## {report.Section}\n\n{report.ToMarkdown()}");
if (options.Write)
    ResultsFile.Write(Repository.Results, report);
return report.Failed ? 1 : 0;
