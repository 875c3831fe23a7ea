using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Rig.Viewer.Accounts;

namespace Rig.Viewer.Pages;

/// <summary>Lies on every page below <c>Pages/Admin</c>, also on one that is added later. The role is asked of the database at every request.</summary>
internal sealed class AdminOnly : IAsyncPageFilter
{
    public Task OnPageHandlerSelectionAsync(PageHandlerSelectedContext context) => Task.CompletedTask;

    public async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        var http = context.HttpContext;
        if (await http.RequestServices.GetRequiredService<TeamPeople>().IsAdminAsync(http.User, http.RequestAborted))
        {
            await next();
            return;
        }

        context.Result = new StatusCodeResult(StatusCodes.Status403Forbidden);
    }
}
