using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Rig.Viewer.Queries;

namespace Rig.Viewer.Pages;

/// <summary>Answers to a question, as links into the games.</summary>
internal sealed class MomentsModel(MomentFinder finder) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Question { get; set; }

    /// <summary>Null while nothing was asked.</summary>
    public FindOutcome? Outcome { get; private set; }

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        if (!string.IsNullOrWhiteSpace(Question))
        {
            Outcome = await finder.FindAsync(User, Question.Length > MomentQuestion.MaxLength ? Question[..MomentQuestion.MaxLength] : Question, null, cancellationToken);
        }
    }
}
