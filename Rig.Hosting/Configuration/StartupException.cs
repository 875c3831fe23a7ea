namespace Rig.Hosting.Configuration;

/// <summary>The program cannot start; the message names the key or the command that helps and is all that the user sees.</summary>
public sealed class StartupException(string message) : Exception(message);
