using Stoa.TestSupport;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedServers))]
