namespace Rig.Viewer.Pages;

/// <summary>What a form did, said at the top of its page.</summary>
/// <param name="Link">An address that is shown once, to be handed over.</param>
internal sealed record Outcome(string? Problem, string? Said, string? Link = null);
