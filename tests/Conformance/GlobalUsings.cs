global using Stoa.Conformance.Support;
global using Xunit;
